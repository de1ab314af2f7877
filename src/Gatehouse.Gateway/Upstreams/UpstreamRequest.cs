using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>One message for an upstream.</summary>
internal sealed record UpstreamRequest
{
    public required Caller Caller { get; init; }

    /// <summary>The client's era. An upstream that does not speak it answers <see cref="UpstreamFailure.EraNotSupported"/>.</summary>
    public required Era Era { get; init; }

    /// <summary>The message, names already the upstream's own. Null for GET and DELETE.</summary>
    public Envelope? Message { get; init; }

    /// <summary>POST; GET and DELETE only on a legacy HTTP session that the client drives itself.</summary>
    public string HttpMethod { get; init; } = "POST";

    /// <summary>The legacy session that the message belongs to.</summary>
    public required SessionBinding Session { get; init; }

    /// <summary>
    /// Whether the client sees this very answer as it comes, so that what the server asks meanwhile reaches it there. If not,
    /// it goes to the session's own stream, or is refused.
    /// </summary>
    public bool RelaysRequests { get; init; }

    /// <summary>The client's headers that go on as they are: <c>MCP-Protocol-Version</c>, <c>Mcp-Param-*</c>, <c>Last-Event-ID</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>Which upstream session carries a message.</summary>
internal abstract record SessionBinding
{
    /// <summary>Modern: there are no sessions.</summary>
    public sealed record None : SessionBinding
    {
        public static readonly None Instance = new();
    }

    /// <summary>
    /// The client's own session on a single-server HTTP endpoint: it sent <c>initialize</c> itself, and this is the id the
    /// upstream gave (null: none given, or this is the <c>initialize</c>).
    /// </summary>
    public sealed record Own(string? UpstreamSessionId) : SessionBinding;

    /// <summary>
    /// The gateway initializes for the client when the first message comes, and again when the upstream has forgotten.
    /// Keys are unguessable and belong to one user's session; no two keys share an upstream session.
    /// </summary>
    public sealed record Managed(string Key, string ProtocolVersion) : SessionBinding
    {
        /// <summary>The JSON of the client's <c>capabilities</c>, as it sent them in <c>initialize</c>; empty: none.</summary>
        public ReadOnlyMemory<byte> Capabilities { get; init; }

        /// <summary>The JSON of its <c>clientInfo</c>; empty: the gateway names itself.</summary>
        public ReadOnlyMemory<byte> ClientInfo { get; init; }
    }

    /// <summary>
    /// A managed session that another process may have opened: for the answer to what the server asked in it, which belongs
    /// into that session and no other.
    /// </summary>
    public sealed record Reached(string? UpstreamSessionId, string ProtocolVersion) : SessionBinding;
}
