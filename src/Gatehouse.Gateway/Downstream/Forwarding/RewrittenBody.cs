using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>The body of an answer with each message in it changed: the one of a JSON answer, or those of a stream, one after the other.</summary>
/// <param name="inner">The answer's own body, disposed with this one.</param>
/// <param name="content">What it is.</param>
/// <param name="maxLength">A message of more bytes is refused.</param>
/// <param name="change">One message, to another.</param>
internal sealed class RewrittenBody(Stream inner, UpstreamContent content, long maxLength, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> change) : ReadOnlyStream
{
    private readonly EventMessages? _events = content == UpstreamContent.EventStream ? new EventMessages(inner, maxLength) : null;
    private ReadOnlyMemory<byte> _ready;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_ready.IsEmpty)
        {
            if (_ended) return 0;
            _ready = _events is null ? await ReadAllAsync(cancellationToken) : await NextAsync(_events, cancellationToken);
        }

        var give = _ready[..Math.Min(buffer.Length, _ready.Length)];
        give.CopyTo(buffer);
        _ready = _ready[give.Length..];
        return give.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _events?.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAllAsync(CancellationToken cancellationToken)
    {
        _ended = true;
        using var whole = new MemoryStream();
        await using var bounded = new BoundedStream(inner, maxLength);
        await bounded.CopyToAsync(whole, cancellationToken);
        return change(whole.GetBuffer().AsMemory(0, (int)whole.Length));
    }

    private async ValueTask<ReadOnlyMemory<byte>> NextAsync(EventMessages events, CancellationToken cancellationToken)
    {
        if (await events.NextAsync(cancellationToken) is { } message) return MessageWriter.AsEvent(change(message).Span);
        _ended = true;
        return default;
    }
}
