using System.Buffers.Text;
using System.Text;

namespace Gatehouse.Bench.Driving;

/// <summary>Finds the end of one HTTP/1.1 response in what has arrived, and the parts of its body in it.</summary>
internal static class HttpAnswer
{
    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    public static int Status(ReadOnlySpan<byte> received) =>
        received.Length > 12 && Utf8Parser.TryParse(received[9..12], out int status, out _) ? status : 0;

    /// <summary>Whether the response is whole. If so, <paramref name="body"/> holds its payload, without any chunk framing.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> received, Span<byte> body, out int bodyLength)
    {
        bodyLength = 0;
        var headEnd = received.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return false;
        var head = received[..headEnd];
        var rest = received[(headEnd + 4)..];
        if (Status(received) == 204) return true;
        if (ContentLength(head) is { } length)
        {
            if (rest.Length < length) return false;
            rest[..length].CopyTo(body);
            bodyLength = length;
            return true;
        }

        return IsChunked(head) ? AreChunksWhole(rest, body, ref bodyLength) : throw new BenchException($"An answer has no length:\n{Encoding.UTF8.GetString(head)}");
    }

    private static bool AreChunksWhole(ReadOnlySpan<byte> rest, Span<byte> body, ref int bodyLength)
    {
        while (true)
        {
            var lineEnd = rest.IndexOf(LineEnd);
            if (lineEnd < 0) return false;
            if (!Utf8Parser.TryParse(rest[..lineEnd], out int size, out _, 'x')) throw new BenchException("A chunk has no size.");
            rest = rest[(lineEnd + 2)..];
            if (rest.Length < size + 2) return false;
            if (size == 0) return true;
            rest[..size].CopyTo(body[bodyLength..]);
            bodyLength += size;
            rest = rest[(size + 2)..];
        }
    }

    /// <summary>The session that an answer names; null if none.</summary>
    public static string? Session(ReadOnlySpan<byte> received)
    {
        var value = Header(received, "mcp-session-id:"u8);
        return value.IsEmpty ? null : Encoding.ASCII.GetString(value);
    }

    private static int? ContentLength(ReadOnlySpan<byte> head) =>
        Utf8Parser.TryParse(Header(head, "content-length:"u8), out int length, out _) ? length : null;

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        foreach (var range in head.Split(LineEnd))
        {
            var line = head[range];
            if (line.IsEmpty) break;
            if (line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name)) return line[name.Length..].Trim((byte)' ');
        }

        return [];
    }

    private static bool IsChunked(ReadOnlySpan<byte> head)
    {
        foreach (var range in head.Split(LineEnd))
        {
            if (Ascii.EqualsIgnoreCase(head[range], "transfer-encoding: chunked"u8)) return true;
        }

        return false;
    }
}
