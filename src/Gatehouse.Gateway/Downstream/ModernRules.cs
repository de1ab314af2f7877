using Gatehouse.Gateway.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>
/// What 2026-07-28 asks of a request before anybody acts on it ("Streamable HTTP: Request headers"). Whoever routes by
/// headers and whoever reads the body must see the same request. The checks run in the order in which clients expect answers.
/// </summary>
internal static class ModernRules
{
    public const string VersionHeader = "MCP-Protocol-Version";
    public const string MethodHeader = "Mcp-Method";
    public const string NameHeader = "Mcp-Name";

    public static Refusal? Check(IHeaderDictionary headers, Envelope message) =>
        CheckVersion(headers, message) ?? CheckMethod(headers, message) ?? CheckName(headers, message) ?? CheckMeta(message) ?? CheckRemoved(message);

    private static Refusal? CheckVersion(IHeaderDictionary headers, Envelope message)
    {
        var header = Single(headers, VersionHeader);
        if (header is null) return Mismatch($"The header {VersionHeader} is missing");
        if (message.MetaProtocolVersion is { } stated && stated != header) return Mismatch($"The header {VersionHeader} differs from the version in params._meta");
        return header == ProtocolVersions.Modern ? null : Unsupported(header);
    }

    private static Refusal Unsupported(string requested) => new(
        400, JsonRpcCode.UnsupportedVersion, "Unsupported protocol version",
        Data: json =>
        {
            json.WriteStartArray("supported"u8);
            json.WriteStringValue(ProtocolVersions.Modern);
            json.WriteEndArray();
            json.WriteString("requested"u8, requested);
        });

    private static Refusal? CheckMethod(IHeaderDictionary headers, Envelope message) =>
        Single(headers, MethodHeader) == message.Method ? null : Mismatch($"The header {MethodHeader} is missing or differs from the method");

    private static Refusal? CheckName(IHeaderDictionary headers, Envelope message)
    {
        var named = message.Method switch
        {
            McpMethods.CallTool or McpMethods.GetPrompt => message.NameValue,
            McpMethods.ReadResource => message.UriValue,
            McpMethods.GetTask or McpMethods.UpdateTask or McpMethods.CancelTask => message.TaskIdValue,
            _ => null,
        };
        if (named is null) return null;
        return Single(headers, NameHeader) is { } header && HeaderText.Decode(header) == named ? null : Mismatch($"The header {NameHeader} is missing or differs from the name in the params");
    }

    private static Refusal? CheckMeta(Envelope message) =>
        message.MetaProtocolVersion is not null && message.HasMetaClientCapabilities ? null
        : new Refusal(400, JsonRpcCode.InvalidParams, "params._meta must hold io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities");

    private static Refusal? CheckRemoved(Envelope message) =>
        McpMethods.IsRemovedInModern(message.Method!) ? Refusal.MethodNotFound(Era.Modern, message.Method!) : null;

    public static Refusal Mismatch(string message) => new(400, JsonRpcCode.HeaderMismatch, message);

    /// <summary>The header's value without surrounding white space (RFC 9110 section 5.5); null if it is not there exactly once.</summary>
    public static string? Single(IHeaderDictionary headers, string name) => headers[name] is [{ } value] ? value.Trim(' ', '\t') : null;
}
