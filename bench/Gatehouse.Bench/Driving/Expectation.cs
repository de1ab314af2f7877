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
