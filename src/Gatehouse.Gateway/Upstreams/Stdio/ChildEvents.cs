using System.Threading.Channels;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>One call's answer as server-sent events. Disposed before its end, it tells the child to stop.</summary>
internal sealed class ChildEvents(ChannelReader<byte[]> events, Action abandon) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _current;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_current.IsEmpty)
        {
            if (!await events.WaitToReadAsync(cancellationToken))
            {
                _ended = true;
                return 0;
            }

            if (events.TryRead(out var next)) _current = next;
        }

        var length = Math.Min(buffer.Length, _current.Length);
        _current[..length].CopyTo(buffer);
        _current = _current[length..];
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended) abandon();
        base.Dispose(disposing);
    }
}
