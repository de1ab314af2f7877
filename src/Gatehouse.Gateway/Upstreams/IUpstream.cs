using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>One MCP server behind the gateway.</summary>
internal interface IUpstream
{
    /// <summary>The configured name.</summary>
    string Name { get; }

    /// <summary>How it stands right now; an immutable value, replaced whole.</summary>
    UpstreamStatus Status { get; }

    /// <summary>Completes once the state is another than <see cref="UpstreamState.Starting"/>: at once, for all but the first moments.</summary>
    Task SettledAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends one message and returns as soon as the answer begins. Its bytes go out as they are, but for ids and progress
    /// tokens on a channel that several callers share.
    /// </summary>
    /// <param name="request">What to send, and for whom.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the caller gives up or the time is over. The upstream is then told in its era's way: the stream is
    /// closed (modern HTTP), or <c>notifications/cancelled</c> goes out (legacy, and stdio in both eras).
    /// It must stay valid until the answer is disposed.
    /// </param>
    /// <exception cref="OperationCanceledException">
    /// Before the answer began the token was cancelled, or, over stdio, the client's own <c>notifications/cancelled</c> came.
    /// Afterwards reading the body throws the same; it throws <see cref="IOException"/> if the upstream breaks off.
    /// </exception>
    Task<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Delivers what the server says in this session beside its answers, until cancelled. Does not open the session: there is
    /// nothing to hear before a message needs it. Returns at once where the server's messages come without listening.
    /// </summary>
    Task ListenAsync(SessionBinding.Managed session, Caller caller, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Nobody will use this session any more: whatever is kept for it here ends, and the server is told.</summary>
    void EndSession(string sessionKey)
    {
    }
}
