using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// The server-sent events of a session that the gateway opened. Events pass as their bytes, but for requests of the
/// server's own, whose ids mean nothing to the client.
/// </summary>
/// <param name="inner">The upstream's stream.</param>
/// <param name="longestEvent">How many bytes an event may have: a whole one is held before it goes out.</param>
/// <param name="asked">Called with each request of the server's; gives what the client is to see, or null if it is none of the client's.</param>
internal sealed class ManagedEvents(Stream inner, int longestEvent, ManagedEvents.Asked asked) : ReadOnlyStream
{
    private readonly EventReader _events = new(inner, longestEvent);
    private ReadOnlyMemory<byte> _current;

    /// <param name="request">What was read of the message.</param>
    /// <param name="message">The message.</param>
    public delegate byte[]? Asked(ServerMessage request, ReadOnlySpan<byte> message);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_current.IsEmpty)
        {
            var next = await _events.NextAsync(cancellationToken);
            if (next.IsEmpty) return 0;
            _current = Passed(next);
        }

        var give = Math.Min(buffer.Length, _current.Length);
        _current[..give].CopyTo(buffer);
        _current = _current[give..];
        return give;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current = default;
            _events.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private ReadOnlyMemory<byte> Passed(ReadOnlyMemory<byte> whole)
    {
        var data = EventText.DataOf(whole.Span);
        if (!ServerMessage.TryRead(data, out var message) || message.Kind != MessageKind.Request) return whole;
        return asked(message, data) is { } shown ? EventText.Carry(shown) : default(ReadOnlyMemory<byte>);
    }
}
