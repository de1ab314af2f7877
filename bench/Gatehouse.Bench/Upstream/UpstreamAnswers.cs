using System.Text;

namespace Gatehouse.Bench.Upstream;

/// <summary>Everything the upstream can say, in both eras, as bytes that follow the request's id.</summary>
internal static class UpstreamAnswers
{
    public const string ModernVersion = "2026-07-28";

    public const string LegacyVersion = "2025-11-25";

    /// <summary>The tool that is called.</summary>
    public const string Tool = "echo";

    /// <summary>The one that answers by a stream.</summary>
    public const string StreamingTool = "stream";

    /// <summary>How many tools a list has.</summary>
    public const int ToolCount = 200;

    /// <summary>1 KiB of text is what a call brings, and what it gets.</summary>
    public static readonly string Text = new('x', 1024);

    private const string ServerInfo = """{"name":"bench","version":"1.0.0"}""";
    private const string ModernMeta = $$"""{"io.modelcontextprotocol/serverInfo":{{ServerInfo}} }""";

    private static readonly string _tools = $"[{string.Join(',', Enumerable.Range(0, ToolCount).Select(ToolAt))}]";
    private static readonly string _content = $$"""[{"type":"text","text":"{{Text}}"}]""";

    private static readonly byte[] _modernCall = Result($$"""{"resultType":"complete","content":{{_content}},"isError":false,"_meta":{{ModernMeta}} }""");
    private static readonly byte[] _modernList = Result($$"""{"resultType":"complete","tools":{{_tools}},"ttlMs":60000,"cacheScope":"public","_meta":{{ModernMeta}} }""");
    private static readonly byte[] _discover = Result(
        $$"""{"resultType":"complete","supportedVersions":["{{ModernVersion}}"],"capabilities":{"tools":{} },"ttlMs":60000,"cacheScope":"public","_meta":{{ModernMeta}} }""");

    private static readonly byte[] _legacyCall = Result($$"""{"content":{{_content}},"isError":false}""");
    private static readonly byte[] _legacyList = Result($$"""{"tools":{{_tools}} }""");
    private static readonly byte[] _initialize = Result($$"""{"protocolVersion":"{{LegacyVersion}}","capabilities":{"tools":{} },"serverInfo":{{ServerInfo}} }""");
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

    /// <summary>What a stream says before its result.</summary>
    public static readonly byte[] Notification = Encoding.UTF8.GetBytes(
        "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"working\"}}\n\n");

    /// <summary>Of the size that tools of real servers have.</summary>
    private static string ToolAt(int number) =>
        $$"""{"name":"{{number switch { 0 => Tool, 1 => StreamingTool, _ => $"tool_{number}" }}}","description":"Does what tool number {{number}} does, which is described here in a sentence or two, as the tools of real servers are.","inputSchema":{"type":"object","properties":{"text":{"type":"string","description":"What to work on"},"limit":{"type":"integer","minimum":1,"maximum":100} },"required":["text"] } }""";

    private static byte[] Result(string result) => Encoding.UTF8.GetBytes($$""","result":{{result}} }""");
}
