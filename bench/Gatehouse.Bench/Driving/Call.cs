using System.Text;
using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Upstream;

namespace Gatehouse.Bench.Driving;

/// <summary>One HTTP/1.1 request, made once and sent over and over, and what its first answer is checked for.</summary>
internal sealed record Call(ReadOnlyMemory<byte> Bytes, Work Work)
{
    /// <summary>As much as a client would send that gives a tool a document to read.</summary>
    private static readonly string _large = new('x', 256 * 1024);

    private const string ModernMeta =
        $$"""
        "_meta":{"io.modelcontextprotocol/protocolVersion":"{{UpstreamAnswers.ModernVersion}}","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"} }
        """;

    /// <summary>The same bytes for everybody but for host, path, the tool's name and the session's id.</summary>
    public static Call Of(Work work, Target target, string? session) => work switch
    {
        Work.List => new(Post(target, $$"""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{ModernMeta}} } }""", Modern("tools/list")), work),
        Work.Stream => Tool(target, UpstreamAnswers.StreamingTool, UpstreamAnswers.Text, work),
        Work.LargeCall => Tool(target, UpstreamAnswers.Tool, _large, work),
        Work.LegacyCall or Work.Visit => LegacyTool(target, session),
        _ => Tool(target, UpstreamAnswers.Tool, UpstreamAnswers.Text, work),
    };

    public static ReadOnlyMemory<byte> Initialize(Target target) => Post(
        target,
        $$"""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"{{UpstreamAnswers.LegacyVersion}}","capabilities":{},"clientInfo":{"name":"bench","version":"1.0.0"} } }""",
        []);

    public static ReadOnlyMemory<byte> End(Target target, string session) => Request("DELETE", target, "", Legacy(session));

    private static Call Tool(Target target, string tool, string text, Work work) => new(
        Post(
            target,
            $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{target.Prefix}}{{tool}}","arguments":{"text":"{{text}}"},{{ModernMeta}} } }""",
            [.. Modern("tools/call"), $"Mcp-Name: {target.Prefix}{tool}"]),
        work);

    private static Call LegacyTool(Target target, string? session) => new(
        Post(
            target,
            $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{target.Prefix}}{{UpstreamAnswers.Tool}}","arguments":{"text":"{{UpstreamAnswers.Text}}"} } }""",
            session is null ? [] : Legacy(session)),
        Work.LegacyCall);

    private static string[] Modern(string method) => [$"MCP-Protocol-Version: {UpstreamAnswers.ModernVersion}", $"Mcp-Method: {method}"];

    private static string[] Legacy(string session) => [$"MCP-Protocol-Version: {UpstreamAnswers.LegacyVersion}", $"Mcp-Session-Id: {session}"];

    private static ReadOnlyMemory<byte> Post(Target target, string body, string[] headers) =>
        Request("POST", target, body, [.. headers, "Content-Type: application/json", "Accept: application/json, text/event-stream"]);

    private static ReadOnlyMemory<byte> Request(string method, Target target, string body, string[] headers)
    {
        string[] lines =
        [
            $"{method} {target.Path} HTTP/1.1",
            $"Host: 127.0.0.1:{target.Port}",
            $"Authorization: Bearer {target.AccessToken}",
            .. headers,
            $"Content-Length: {Encoding.UTF8.GetByteCount(body)}",
        ];
        return Encoding.UTF8.GetBytes($"{string.Join("\r\n", lines)}\r\n\r\n{body}");
    }
}
