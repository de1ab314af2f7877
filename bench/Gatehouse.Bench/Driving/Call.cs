using System.Text;
using Gatehouse.Bench.Upstream;

namespace Gatehouse.Bench.Driving;

/// <summary>A <c>tools/call</c> of the modern era as HTTP/1.1, made once and sent over and over.</summary>
internal sealed record Call(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The same bytes for everybody but for host, path and the tool's name: who ignores the token carries it all the same.</summary>
    public static Call Tool(int port, string path, string tool, string accessToken)
    {
        var body = Encoding.UTF8.GetBytes(
            $$"""
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{
              "name":"{{tool}}",
              "arguments":{"text":"{{UpstreamAnswers.Text}}"},
              "_meta":{
                "io.modelcontextprotocol/protocolVersion":"{{UpstreamAnswers.ModernVersion}}",
                "io.modelcontextprotocol/clientCapabilities":{},
                "io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"}
              }
            } }
            """);
        var head = Encoding.ASCII.GetBytes(
            $"""
            POST {path} HTTP/1.1
            Host: 127.0.0.1:{port}
            Authorization: Bearer {accessToken}
            Content-Type: application/json
            Accept: application/json, text/event-stream
            MCP-Protocol-Version: {UpstreamAnswers.ModernVersion}
            Mcp-Method: tools/call
            Mcp-Name: {tool}
            Content-Length: {body.Length}


            """.ReplaceLineEndings("\r\n"));
        return new(new ReadOnlyMemory<byte>([.. head, .. body]));
    }
}
