using System.Buffers;

namespace Gatehouse.Gateway.Protocol;

/// <summary>Takes server-sent events off a stream, each one whole. For one reader at a time; leaves the stream open.</summary>
/// <param name="inner">The stream.</param>
/// <param name="longestEvent">How many bytes an event may have: a whole one is held.</param>
internal sealed class EventReader(Stream inner, int longestEvent) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _start;
    private int _end;
    private int _line;
    private bool _ended;

    /// <returns>The next event as it came, its blank line included; valid until the next call. Empty at the end.</returns>
    /// <exception cref="IOException">The event is too long, or the stream broke off.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var waiting = _buffer.AsMemory(_start, _end - _start);
            var length = EventText.EndOf(waiting.Span, ref _line);
            if (length >= 0 || _ended)
            {
                // What comes after the last blank line is passed on too: whoever reads it may judge.
                if (length < 0) length = waiting.Length;
                (_start, _line) = (_start + length, 0);
                return waiting[..length];
            }

            MakeRoom();
            var read = await inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            _ended = read == 0;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end, _line, _ended) = ([], 0, 0, 0, true);
    }

    private void MakeRoom()
    {
        var waiting = _end - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, waiting).CopyTo(_buffer);
            (_start, _end) = (0, waiting);
        }

        if (waiting < _buffer.Length) return;
        if (waiting >= longestEvent) throw new IOException("it sent an event that is too long");
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, waiting).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
