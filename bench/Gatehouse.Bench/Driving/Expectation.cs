using System.Text.Json;
using Gatehouse.Bench.Upstream;

namespace Gatehouse.Bench.Driving;

/// <summary>What the first answer of a connection must hold; all others must then be the same bytes.</summary>
internal static class Expectation
{
    public static bool Holds(Work work, ReadOnlyMemory<byte> body)
    {
        using var answer = JsonDocument.Parse(work == Work.Stream ? LastEvent(body) : body);
        if (!answer.RootElement.TryGetProperty("result", out var result)) return false;
        return work == Work.List
            ? result.TryGetProperty("tools", out var tools) && tools.GetArrayLength() == UpstreamAnswers.ToolCount
            : result.TryGetProperty("content", out var content) && content[0].GetProperty("text").GetString() == UpstreamAnswers.Text;
    }

    /// <summary>Whether two answers are the same bytes; in a list but for the time that is left of it.</summary>
    public static bool IsSame(Work work, ReadOnlySpan<byte> body, ReadOnlySpan<byte> first)
    {
        if (work != Work.List) return body.SequenceEqual(first);
        var rest = AfterTimeLeft(body, out var before);
        var firstRest = AfterTimeLeft(first, out var firstBefore);
        return before.SequenceEqual(firstBefore) && rest.SequenceEqual(firstRest);
    }

    /// <param name="before">What comes before the number; all of it if there is none.</param>
    private static ReadOnlySpan<byte> AfterTimeLeft(ReadOnlySpan<byte> list, out ReadOnlySpan<byte> before)
    {
        var member = "\"ttlMs\":"u8;
        var start = list.IndexOf(member);
        before = start < 0 ? list : list[..(start + member.Length)];
        return list[before.Length..].TrimStart("0123456789"u8);
    }

    /// <summary>The data of the last event of a stream.</summary>
    private static ReadOnlyMemory<byte> LastEvent(ReadOnlyMemory<byte> stream)
    {
        var field = "data: "u8;
        var start = stream.Span.LastIndexOf(field);
        if (start < 0) return "{}"u8.ToArray();
        var data = stream[(start + field.Length)..];
        var end = data.Span.IndexOf((byte)'\n');
        return end < 0 ? data : data[..end];
    }
}
