using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>The headers that the two eras want beside a message.</summary>
internal static class EraHeaders
{
    private const string ProtocolVersion = "MCP-Protocol-Version";
    private const string SessionId = "Mcp-Session-Id";

    /// <summary>Modern: version, method and name stand in headers too, equal to the body's (2026-07-28, "Streamable HTTP").</summary>
    public static void AddModern(HttpRequestMessage http, UpstreamRequest request)
    {
        AddClients(http, request);
        if (request.Message is not { } message) return;
        if (!http.Headers.Contains(ProtocolVersion) && message.MetaProtocolVersion is { } version) http.Headers.TryAddWithoutValidation(ProtocolVersion, version);
        http.Headers.TryAddWithoutValidation("Mcp-Method", message.Method);
        if (NameOf(message) is { } name) http.Headers.TryAddWithoutValidation("Mcp-Name", HeaderText.Encode(name));
    }

    /// <summary>Legacy, on the client's own session: its version is the client's word.</summary>
    public static void AddOwn(HttpRequestMessage http, UpstreamRequest request, string? sessionId)
    {
        AddClients(http, request);
        if (sessionId is not null) http.Headers.TryAddWithoutValidation(SessionId, sessionId);
    }

    /// <summary>Legacy, on a session that the gateway opened: the version is the one agreed there.</summary>
    public static void AddManaged(HttpRequestMessage http, ManagedSession session)
    {
        http.Headers.TryAddWithoutValidation(ProtocolVersion, session.Version);
        if (session.Id is { } id) http.Headers.TryAddWithoutValidation(SessionId, id);
    }

    /// <summary>Modern, for a message of the gateway's own.</summary>
    public static void AddModern(HttpRequestMessage http, string version, string method)
    {
        http.Headers.TryAddWithoutValidation(ProtocolVersion, version);
        http.Headers.TryAddWithoutValidation("Mcp-Method", method);
    }

    /// <summary>The session id of an answer to <c>initialize</c>.</summary>
    public static string? SessionOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(SessionId, out var values) ? values.FirstOrDefault() : null;

    /// <summary>A list, not a filter of bad ones: whatever else a client sends, this is all that gets through.</summary>
    private static void AddClients(HttpRequestMessage http, UpstreamRequest request)
    {
        foreach (var (name, value) in request.Headers)
        {
            if (name.Equals(ProtocolVersion, StringComparison.OrdinalIgnoreCase) || name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("Mcp-Param-", StringComparison.OrdinalIgnoreCase))
                http.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static string? NameOf(Envelope message) => message.Method switch
    {
        "tools/call" or "prompts/get" => message.NameValue,
        "resources/read" => message.UriValue,
        "tasks/get" or "tasks/update" or "tasks/cancel" => message.TaskIdValue,
        _ => null,
    };
}
