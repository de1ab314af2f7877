using System.Buffers;

namespace Gatehouse.Gateway.Protocol;

/// <summary>The text of server-sent events (WHATWG HTML, section 9.2): lines end with LF, CR LF or CR, an event with an empty line.</summary>
internal static class EventText
{
    /// <summary>Looks for the end of the first event.</summary>
    /// <param name="bytes">What has come so far, from the start of the event on.</param>
    /// <param name="line">Where the search goes on when more has come; 0 to begin with.</param>
    /// <returns>How long the event is, its blank line included. Negative: not all of it is there.</returns>
    public static int EndOf(ReadOnlySpan<byte> bytes, ref int line)
    {
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

    /// <summary>Whether an event has its blank line: what a stream broke off before that is no event, and nobody acts on it.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        var lines = bytes.EndsWith("\r\n"u8) ? bytes[..^2] : bytes.EndsWith("\n"u8) || bytes.EndsWith("\r"u8) ? bytes[..^1] : default;
        return lines.EndsWith("\n"u8) || lines.EndsWith("\r"u8);
    }

    /// <summary>The event's data: nearly always one line, and then a part of the event; else its lines joined.</summary>
    public static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> whole)
    {
        ReadOnlySpan<byte> data = default;
        ArrayBufferWriter<byte>? joined = null;
        for (var rest = Unmarked(whole); !rest.IsEmpty;)
        {
            if (!ValueOf(TakeLine(ref rest), "data"u8, out var value)) continue;
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

    /// <summary>The value of the event's last <c>id</c>; empty if it has none.</summary>
    public static ReadOnlySpan<byte> IdOf(ReadOnlySpan<byte> whole)
    {
        ReadOnlySpan<byte> id = default;
        for (var rest = Unmarked(whole); !rest.IsEmpty;)
        {
            if (ValueOf(TakeLine(ref rest), "id"u8, out var value)) id = value;
        }

        return id;
    }

    /// <summary>The event without what only its own stream understands: <c>id</c> and <c>retry</c>.</summary>
    /// <returns>The same bytes if it has neither; empty if it carries no data, so that nobody would hear of it anyway.</returns>
    public static ReadOnlyMemory<byte> Bare(ReadOnlyMemory<byte> whole)
    {
        bool hasData = false, isBare = true;
        for (var rest = Unmarked(whole.Span); !rest.IsEmpty;)
        {
            var line = TakeLine(ref rest);
            if (ValueOf(line, "data"u8, out var value)) hasData |= !value.IsEmpty;
            else isBare &= !IsOfItsStream(line);
        }

        if (!hasData) return default;
        return isBare ? whole[^Unmarked(whole.Span).Length..] : Strip(whole.Span);
    }

    /// <summary>A message as one event. Line breaks between JSON tokens become spaces; inside a string they cannot occur.</summary>
    public static byte[] Carry(ReadOnlySpan<byte> message)
    {
        byte[] carried = [.. "event: message\ndata: "u8, .. message, .. "\n\n"u8];
        var data = carried.AsSpan(carried.Length - message.Length - 2, message.Length);
        data.Replace((byte)'\n', (byte)' ');
        data.Replace((byte)'\r', (byte)' ');
        return carried;
    }

    private static byte[] Strip(ReadOnlySpan<byte> whole)
    {
        var bare = new byte[whole.Length];
        var length = 0;
        for (var rest = Unmarked(whole); !rest.IsEmpty;)
        {
            var before = rest;
            var line = TakeLine(ref rest);
            if (IsOfItsStream(line)) continue;
            var kept = before[..^rest.Length];
            kept.CopyTo(bare.AsSpan(length));
            length += kept.Length;
        }

        return bare[..length];
    }

    /// <summary>A byte order mark may stand before the first event.</summary>
    private static ReadOnlySpan<byte> Unmarked(ReadOnlySpan<byte> whole) => whole.StartsWith("\uFEFF"u8) ? whole["\uFEFF"u8.Length..] : whole;

    private static bool IsOfItsStream(ReadOnlySpan<byte> line) => ValueOf(line, "id"u8, out _) || ValueOf(line, "retry"u8, out _);

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> rest)
    {
        var length = rest.IndexOfAny((byte)'\n', (byte)'\r');
        if (length < 0)
        {
            var last = rest;
            rest = default;
            return last;
        }

        var line = rest[..length];
        var isPair = rest[length] == (byte)'\r' && length + 1 < rest.Length && rest[length + 1] == (byte)'\n';
        rest = rest[(length + (isPair ? 2 : 1))..];
        return line;
    }

    private static bool ValueOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(field)) return false;
        if (line.Length == field.Length) return true;
        if (line[field.Length] != (byte)':') return false;
        value = line[(field.Length + 1)..];
        if (value.StartsWith(" "u8)) value = value[1..];
        return true;
    }
}
