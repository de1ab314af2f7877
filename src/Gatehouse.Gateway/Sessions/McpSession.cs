namespace Gatehouse.Gateway.Sessions;

/// <summary>A legacy session: everything the gateway has to know of it, which is what its id holds.</summary>
internal sealed record McpSession
{
    /// <summary>The user it belongs to; nobody else can use it.</summary>
    public required string Subject { get; init; }

    /// <summary>The OAuth client it belongs to.</summary>
    public required string ClientId { get; init; }

    /// <summary>What stands behind <c>/mcp/</c>, a server or a virtual one; null for <c>/mcp</c>.</summary>
    public string? Server { get; init; }

    /// <summary>The revision that was agreed on.</summary>
    public required string ProtocolVersion { get; init; }

    /// <summary>Unguessable and unique: what state elsewhere is kept under.</summary>
    public required string Key { get; init; }

    /// <summary>What the client can do, and who it is, in its own words: what upstream sessions are opened with. Null: it said nothing, or too much.</summary>
    public RawJson? Capabilities { get; init; }

    public RawJson? ClientInfo { get; init; }

    /// <summary>The upstream's own session id where the client drives that session itself.</summary>
    public string? UpstreamSessionId { get; init; }

    /// <summary>Whether the client's <c>initialize</c> went to the upstream, so that its session is the client's.</summary>
    public bool IsUpstreams { get; init; }
}
