using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>A server with each message of its answers changed on the way, as it comes.</summary>
/// <param name="inner">The server.</param>
/// <param name="maxLength">A message of more bytes is refused.</param>
/// <param name="change">One message, to what the client gets.</param>
internal sealed class RewritingUpstream(IUpstream inner, long maxLength, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> change) : IUpstream
{
    public string Name => inner.Name;

    public UpstreamStatus Status => inner.Status;

    public Task SettledAsync(CancellationToken cancellationToken) => inner.SettledAsync(cancellationToken);

    public async Task<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken) =>
        await inner.SendAsync(request, cancellationToken) is var result && result is UpstreamResult.Answered { Content: not UpstreamContent.None } answer
            ? answer with { Body = new RewrittenBody(answer.Body, answer.Content, maxLength, change) }
            : result;
}
