using System.Text;
using Gatehouse.Tests.Architecture;

namespace Gatehouse.Tests.Conformance;

/// <summary>The results as <c>docs/reference/conformance.md</c> shows them: a table for each suite.</summary>
internal sealed class ConformancePage
{
    /// <summary>What stands before is written by hand.</summary>
    private const string Marker = "<!-- The tables are written by ConformanceTests. -->\n";

    private readonly string _introduction;
    private readonly Dictionary<(string Suite, string Scenario), string[]> _cells = [];

    private ConformancePage(string text)
    {
        Text = text;
        _introduction = text[..(text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)];
        var suite = "";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) suite = line[3..];
            if (line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|', StringSplitOptions.TrimEntries) is [_, var scenario, .. var cells, _]) _cells[(suite, scenario.Trim('`'))] = cells;
        }
    }

    public string Text { get; }

    public static ConformancePage Read() => new(File.ReadAllText(Repository.PathOf("docs", "reference", "conformance.md")));

    /// <returns>What the page says, or null if it says nothing about it.</returns>
    public string? CellOf(Suite suite, string scenario, Leg leg) =>
        _cells.TryGetValue((Suites.TitleOf(suite), scenario), out var cells) && (int)leg < cells.Length ? cells[(int)leg] : null;

    /// <summary>The page as it would be with these results.</summary>
    public string With(IReadOnlyDictionary<(Suite Suite, Leg Leg), IReadOnlyDictionary<string, Findings>> results)
    {
        var text = new StringBuilder(_introduction);
        foreach (var suite in Enum.GetValues<Suite>())
        {
            Append($"\n## {Suites.TitleOf(suite)}\n");
            Append($"| scenario | {string.Join(" | ", Legs.All.Select(Legs.TitleOf))} |");
            Append($"|---{string.Concat(Enumerable.Repeat("|---", Legs.All.Count))}|");
            foreach (var scenario in Legs.All.SelectMany(leg => results[(suite, leg)].Keys).Distinct())
                Append($"| `{scenario}` | {string.Join(" | ", Legs.All.Select(leg => results[(suite, leg)].GetValueOrDefault(scenario, Findings.None)))} |");
        }

        return text.ToString();

        void Append(string line) => text.Append(line).Append('\n');
    }
}
