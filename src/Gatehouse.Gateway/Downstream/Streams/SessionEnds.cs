using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>The end of a session, wherever its client said goodbye: whatever this process holds for it goes.</summary>
internal sealed class SessionEnds : IDisposable
{
    private readonly SessionIds _sessions;
    private readonly SessionStreams _streams;
    private readonly IUpstreams _upstreams;
    private readonly IRevocations _revocations;

    public SessionEnds(SessionIds sessions, SessionStreams streams, IUpstreams upstreams, IRevocations revocations)
    {
        (_sessions, _streams, _upstreams, _revocations) = (sessions, streams, upstreams, revocations);
        revocations.Revoked += Ended;
    }

    public Task EndAsync(McpSession session, CancellationToken cancellationToken) => _sessions.EndAsync(session, cancellationToken);

    public void Dispose() => _revocations.Revoked -= Ended;

    private void Ended(string id)
    {
        if (!SessionIds.IsKey(id)) return;
        _streams.End(id);
        foreach (var upstream in _upstreams.All) upstream.EndSession(id);
    }
}
