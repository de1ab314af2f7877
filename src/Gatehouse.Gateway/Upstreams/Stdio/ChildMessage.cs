using System.Buffers;
using System.Buffers.Text;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Puts other bytes where an id or a progress token stands; every other byte stays.</summary>
internal static class ChildMessage
{
    /// <summary>The longest decimal of a 64-bit number.</summary>
    private const int LongestNumber = 20;

    private static ReadOnlySpan<byte> EventStart => "event: message\ndata: "u8;

    private static ReadOnlySpan<byte> EventEnd => "\n\n"u8;

    /// <summary>
    /// The line for the child: id and progress token replaced by <paramref name="number"/>. Line breaks between JSON tokens
    /// become spaces; inside a string they cannot occur.
    /// </summary>
    public static OutgoingLine Outgoing(Envelope message, long number)
    {
        var body = message.Body.Span;
        var buffer = ArrayPool<byte>.Shared.Rent(body.Length + (2 * LongestNumber) + 1);
        var (first, second) = InOrder(message.Id, message.ProgressToken);
        var length = 0;
        var copied = 0;
        Replace(first, body);
        Replace(second, body);
        Append(body[copied..]);
        var line = buffer.AsSpan(0, length);
        line.Replace((byte)'\n', (byte)' ');
        line.Replace((byte)'\r', (byte)' ');
        buffer[length++] = (byte)'\n';
        return new OutgoingLine(buffer, length, IsPooled: true);

        void Replace(ByteRange? range, ReadOnlySpan<byte> from)
        {
            if (range is not { } place) return;
            Append(from[copied..place.Start]);
            Utf8Formatter.TryFormat(number, buffer.AsSpan(length), out var written);
            length += written;
            copied = place.End;
        }

        void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(buffer.AsSpan(length));
            length += bytes.Length;
        }
    }

    /// <summary>A client's message as it is, on one line.</summary>
    public static OutgoingLine Unchanged(ReadOnlySpan<byte> message)
    {
        byte[] line = [.. message, (byte)'\n'];
        line.AsSpan(0, message.Length).Replace((byte)'\n', (byte)' ');
        line.AsSpan(0, message.Length).Replace((byte)'\r', (byte)' ');
        return new OutgoingLine(line, line.Length, IsPooled: false);
    }

    /// <summary>A child's line with the client's own bytes back in <paramref name="place"/>, and in <paramref name="other"/> if there is one.</summary>
    public static byte[] Json(ReadOnlySpan<byte> line, ByteRange place, ByteRange? other, ReadOnlySpan<byte> original) => Build(line, place, other, original, [], []);

    public static byte[] Json(ReadOnlySpan<byte> line, ByteRange place, ReadOnlySpan<byte> original) => Json(line, place, null, original);

    /// <summary>The same, as one server-sent event.</summary>
    public static byte[] Event(ReadOnlySpan<byte> line, ByteRange place, ByteRange? other, ReadOnlySpan<byte> original) => Build(line, place, other, original, EventStart, EventEnd);

    public static byte[] Event(ReadOnlySpan<byte> line, ByteRange place, ReadOnlySpan<byte> original) => Event(line, place, null, original);

    private static byte[] Build(ReadOnlySpan<byte> line, ByteRange place, ByteRange? other, ReadOnlySpan<byte> original, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var (first, second) = InOrder(place, other);
        var replaced = first!.Value.Length + (second?.Length ?? 0);
        var put = original.Length * (second is null ? 1 : 2);
        var built = GC.AllocateUninitializedArray<byte>(before.Length + line.Length - replaced + put + after.Length);
        var rest = built.AsSpan();
        Append(before, ref rest);
        var message = rest;
        Append(line[..first.Value.Start], ref rest);
        Append(original, ref rest);
        if (second is { } last)
        {
            Append(line[first.Value.End..last.Start], ref rest);
            Append(original, ref rest);
        }

        Append(line[(second ?? first.Value).End..], ref rest);

        // To server-sent events a carriage return ends a line as well.
        message[..^rest.Length].Replace((byte)'\r', (byte)' ');
        Append(after, ref rest);
        return built;
    }

    private static void Append(ReadOnlySpan<byte> bytes, ref Span<byte> rest)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static (ByteRange? First, ByteRange? Second) InOrder(ByteRange? one, ByteRange? other) =>
        one is { } a && other is { } b && b.Start < a.Start ? (other, one) : (one, other);
}

/// <summary>One line for a child, its end included.</summary>
internal readonly record struct OutgoingLine(byte[] Buffer, int Length, bool IsPooled)
{
    public void Release()
    {
        if (IsPooled) ArrayPool<byte>.Shared.Return(Buffer);
    }
}
