using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Requests of the revision 2026-07-28: no session, and headers that say what the body says.</summary>
internal sealed class ModernMcp(McpOverHttp http) : IMcp
{
    public const string Version = "2026-07-28";
    public const string VersionHeader = "MCP-Protocol-Version";
    public const string MethodHeader = "Mcp-Method";
    public const string NameHeader = "Mcp-Name";

    public long LastId => http.LastId;

    public async Task<Reply> AskAsync(string method, object parameters, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var response = await OpenAsync(method, parameters, cancellationToken, headers);
        return await Reply.ReadAsync(response, cancellationToken);
    }

    /// <param name="headers">Replace the usual ones; an empty value leaves one out.</param>
    public Task<HttpResponseMessage> OpenAsync(string method, object parameters, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        var body = JsonSerializer.SerializeToNode(parameters)!.AsObject();
        Complete(body);
        var sent = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [VersionHeader] = Version, [MethodHeader] = method };
        if (method is "tools/call" or "prompts/get" or "resources/read" && (body["name"] ?? body["uri"]) is { } name) sent[NameHeader] = name.GetValue<string>();
        foreach (var (header, value) in headers) sent[header] = value;
        return http.PostAsync(http.Message(method, body), cancellationToken, [.. sent.Where(header => header.Value.Length > 0).Select(header => (header.Key, header.Value))]);
    }

    /// <summary>Adds to <c>_meta</c> what every request carries, unless it is there.</summary>
    private static void Complete(JsonObject parameters)
    {
        if (parameters["_meta"] is not JsonObject meta) parameters["_meta"] = meta = [];
        meta.TryAdd("io.modelcontextprotocol/protocolVersion", Version);
        meta.TryAdd("io.modelcontextprotocol/clientInfo", new JsonObject { ["name"] = "raw", ["version"] = "1" });
        meta.TryAdd("io.modelcontextprotocol/clientCapabilities", new JsonObject());
    }
}
