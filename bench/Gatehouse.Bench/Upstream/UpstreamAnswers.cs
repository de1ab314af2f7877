using System.Text;

namespace Gatehouse.Bench.Upstream;

/// <summary>Everything the upstream can say, in both eras, as bytes that follow the request's id.</summary>
internal static class UpstreamAnswers
{
    public const string ModernVersion = "2026-07-28";

    /// <summary>The one tool.</summary>
    public const string Tool = "echo";

    /// <summary>1 KiB of text is what a call brings, and what it gets.</summary>
    public static readonly string Text = new('x', 1024);

    private const string ServerInfo = """{"name":"bench","version":"1.0.0"}""";
    private const string Tools = $$"""[{"name":"{{Tool}}","inputSchema":{"type":"object","properties":{"text":{"type":"string"} } } }]""";
    private const string ModernMeta = $$"""{"io.modelcontextprotocol/serverInfo":{{ServerInfo}} }""";

    private static readonly string _content = $$"""[{"type":"text","text":"{{Text}}"}]""";

    private static readonly byte[] _modernCall = Result($$"""{"resultType":"complete","content":{{_content}},"isError":false,"_meta":{{ModernMeta}} }""");
    private static readonly byte[] _modernList = Result($$"""{"resultType":"complete","tools":{{Tools}},"ttlMs":60000,"cacheScope":"public","_meta":{{ModernMeta}} }""");
    private static readonly byte[] _discover = Result(
        $$"""{"resultType":"complete","supportedVersions":["{{ModernVersion}}"],"capabilities":{"tools":{} },"ttlMs":60000,"cacheScope":"public","_meta":{{ModernMeta}} }""");

    private static readonly byte[] _legacyCall = Result($$"""{"content":{{_content}},"isError":false}""");
    private static readonly byte[] _legacyList = Result($$"""{"tools":{{Tools}} }""");
    private static readonly byte[] _initialize = Result($$"""{"protocolVersion":"2025-11-25","capabilities":{"tools":{} },"serverInfo":{{ServerInfo}} }""");
    private static readonly byte[] _pong = Result("{}");
    private static readonly byte[] _unknown = Encoding.UTF8.GetBytes(""","error":{"code":-32601,"message":"Method not found"}}""");

    /// <summary>What comes before the id.</summary>
    public static readonly byte[] Head = Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":""");

    /// <summary>The status, and what comes after the id.</summary>
    public static (int Status, byte[] Tail) To(string method, bool modern) => (method, modern) switch
    {
        ("tools/call", true) => (200, _modernCall),
        ("tools/call", false) => (200, _legacyCall),
        ("tools/list", true) => (200, _modernList),
        ("tools/list", false) => (200, _legacyList),
        ("server/discover", _) => (200, _discover),
        ("initialize", false) => (200, _initialize),
        ("ping", false) => (200, _pong),
        (_, true) => (404, _unknown),
        _ => (200, _unknown),
    };

    private static byte[] Result(string result) => Encoding.UTF8.GetBytes($$""","result":{{result}} }""");
}
