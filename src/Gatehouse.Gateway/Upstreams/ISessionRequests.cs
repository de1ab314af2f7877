using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>How what a server asks in a managed session over HTTP reaches the session's client, and its answer the server.</summary>
internal interface ISessionRequests
{
    /// <summary>The request under an id that no two servers share, and that says by itself where the answer goes.</summary>
    /// <param name="from">Whose request it is.</param>
    /// <param name="message">The request as the server wrote it.</param>
    /// <param name="id">Its id.</param>
    byte[] Address(ServerSession from, ReadOnlySpan<byte> message, ByteRange id);

    /// <summary>As <see cref="ISessionMessages.TryDeliver"/>, for a server that has sessions of its own.</summary>
    bool TryDeliver(ServerSession from, ReadOnlySpan<byte> message);
}

/// <param name="SessionKey">The <see cref="SessionBinding.Managed.Key"/>.</param>
/// <param name="Server">The server's configured name.</param>
/// <param name="UpstreamSessionId">The session at the server, if it has ids for them.</param>
/// <param name="ProtocolVersion">The revision agreed there; null where the channel needs none.</param>
internal sealed record ServerSession(string SessionKey, string Server, string? UpstreamSessionId, string? ProtocolVersion);
