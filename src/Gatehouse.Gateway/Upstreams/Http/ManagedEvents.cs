using System.Buffers;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// The server-sent events of a session that the gateway opened. Events pass as their bytes, but for requests of the
/// server's own: they are for the gateway, which declared no capability for them, and it answers them.
/// </summary>
/// <param name="inner">The upstream's stream.</param>
/// <param name="longestEvent">How many bytes an event may have: a whole one is held before it goes out.</param>
/// <param name="asked">Called with the raw id of a server's request, and whether it is a ping.</param>
internal sealed class ManagedEvents(Stream inner, int longestEvent, Action<byte[], bool> asked) : ReadOnlyStream
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);

    // What lies in the buffer: [_start, _ready) may go out, [_ready, _end) is not a whole event yet.
    private int _start;
    private int _ready;
    private int _end;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_start == _ready)
        {
            if (TakeEvent()) continue;
            if (_ended) return 0;
            MakeRoom();
            var length = await inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += length;
            _ended = length == 0;
        }

        var give = Math.Min(buffer.Length, _ready - _start);
        _buffer.AsMemory(_start, give).CopyTo(buffer);
        _start += give;
        return give;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            inner.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _ready, _end, _ended) = ([], 0, 0, 0, true);
        }

        base.Dispose(disposing);
    }

    /// <summary>Moves on by one event, if a whole one is there (or the rest, at the end).</summary>
    private bool TakeEvent()
    {
        var waiting = _buffer.AsSpan(_ready, _end - _ready);
        if (waiting.IsEmpty) return false;
        var length = EndOfEvent(waiting);
        if (length < 0 && !_ended) return false;
        if (length < 0) length = waiting.Length;
        var whole = waiting[..length];
        _ready += length;
        if (ServerMessage.TryRead(DataOf(whole), out var message) && message.Kind == MessageKind.Request)
        {
            asked(message.Id!.Value.Of(DataOf(whole)).ToArray(), message.IsPing);
            _start = _ready;
        }

        return true;
    }

    private void MakeRoom()
    {
        var waiting = _end - _ready;
        if (_ready > 0)
        {
            _buffer.AsSpan(_ready, waiting).CopyTo(_buffer);
            (_start, _ready, _end) = (0, 0, waiting);
        }

        if (waiting < _buffer.Length) return;
        if (waiting >= longestEvent) throw new IOException("it sent an event that is too long");
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, waiting).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    /// <summary>How long the first event is, its blank line included; lines end with LF, CR LF or CR. Negative: not all of it is there.</summary>
    private static int EndOfEvent(ReadOnlySpan<byte> bytes)
    {
        var line = 0;
        while (true)
        {
            var length = bytes[line..].IndexOfAny((byte)'\n', (byte)'\r');
            if (length < 0) return -1;
            var next = line + length + 1;
            if (bytes[next - 1] == (byte)'\r')
            {
                // Only the next byte tells whether this is CR LF.
                if (next == bytes.Length) return -1;
                if (bytes[next] == (byte)'\n') next++;
            }

            if (length == 0) return next;
            line = next;
        }
    }

    /// <summary>The event's data: nearly always one line, and then a part of the event; else its lines joined.</summary>
    private static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> whole)
    {
        ReadOnlySpan<byte> data = default;
        ArrayBufferWriter<byte>? joined = null;
        // A byte order mark may stand before the first event.
        var rest = whole.StartsWith("\uFEFF"u8) ? whole["\uFEFF"u8.Length..] : whole;
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOfAny((byte)'\n', (byte)'\r');
            var line = length < 0 ? rest : rest[..length];
            rest = length < 0 ? default : rest[(length + 1)..];
            if (!line.StartsWith("data:"u8)) continue;
            var value = line["data:"u8.Length..];
            if (value.StartsWith(" "u8)) value = value[1..];
            if (joined is null && data.IsEmpty)
            {
                data = value;
                continue;
            }

            if (joined is null)
            {
                joined = new ArrayBufferWriter<byte>(whole.Length);
                joined.Write(data);
            }

            joined.Write("\n"u8);
            joined.Write(value);
        }

        return joined is null ? data : joined.WrittenSpan;
    }
}
