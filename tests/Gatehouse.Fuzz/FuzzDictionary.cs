using System.Globalization;
using System.Text;

namespace Gatehouse.Fuzz;

/// <summary>The words of the protocol, in the format of afl++: <c>"text"</c> or <c>name="text"</c> on a line, with <c>\xNN</c>, <c>\\</c> and <c>\"</c>.</summary>
internal static class FuzzDictionary
{
    public static IReadOnlyList<byte[]> Read() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "mcp.dict")).Where(line => line.Contains('"', StringComparison.Ordinal) && !line.StartsWith('#')).Select(Word)];

    private static byte[] Word(string line)
    {
        var quoted = line[(line.IndexOf('"', StringComparison.Ordinal) + 1)..line.LastIndexOf('"')];
        var word = new List<byte>();
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] != '\\') word.AddRange(Encoding.UTF8.GetBytes([quoted[i]]));
            else if (quoted[i + 1] != 'x') word.Add((byte)quoted[++i]);
            else
            {
                word.Add(byte.Parse(quoted.AsSpan(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 3;
            }
        }

        return [.. word];
    }
}
