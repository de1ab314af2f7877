using System.Text;
using Gatehouse.Tests.Architecture;

namespace Gatehouse.Tests.Conformance;

/// <summary>The results as <c>docs/reference/conformance.md</c> shows them: a table for each suite, and one for the clients.</summary>
internal sealed class ConformancePage
{
    private const string Clients = "Clients, 0.2.0-alpha.12";

    /// <summary>What stands before is written by hand.</summary>
    private const string Marker = "<!-- The tables are written by ConformanceTests. -->\n";

    private readonly string _introduction;
    private readonly Dictionary<(string Table, string Scenario), string[]> _cells = [];

    private ConformancePage(string text)
    {
        Text = text;
        _introduction = text[..(text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)];
        var table = "";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) table = line[3..];
            if (line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|', StringSplitOptions.TrimEntries) is [_, var scenario, .. var cells, _]) _cells[(table, scenario.Trim('`'))] = cells;
        }
    }

    public string Text { get; }

    public static ConformancePage Read() => new(File.ReadAllText(Repository.PathOf("docs", "reference", "conformance.md")));

    /// <returns>What the page says of a server, or null if it says nothing.</returns>
    public string? CellOf(Suite suite, string scenario, Leg leg) => CellOf(Suites.TitleOf(suite), scenario, Legs.All.Index().First(column => column.Item == leg).Index);

    /// <returns>The same of a client.</returns>
    public string? CellOf(string clientScenario, bool throughGateway) => CellOf(Clients, clientScenario, throughGateway ? 1 : 0);

    /// <summary>The page as it is with the results that are there now.</summary>
    public async Task<string> WithAsync(ConformanceRuns runs)
    {
        var text = new StringBuilder(_introduction);
        foreach (var suite in Enum.GetValues<Suite>())
        {
            var columns = await Task.WhenAll(Legs.All.Select(leg => runs.RunAsync(suite, leg)));
            var rows = from scenario in columns.SelectMany(column => column.Keys).Distinct()
                       select (scenario, columns.Select(column => column.GetValueOrDefault(scenario, Findings.None)).ToArray());
            Append(text, Suites.TitleOf(suite), Legs.All.Select(Legs.TitleOf), rows);
        }

        var clients = await Task.WhenAll(ClientRunner.Scenarios.Select(async scenario => (scenario, await Task.WhenAll(runs.RunAsync(scenario, false), runs.RunAsync(scenario, true)))));
        Append(text, Clients, ["npm", "npm, through the gateway"], clients);
        return text.ToString();
    }

    private string? CellOf(string table, string scenario, int column) => _cells.TryGetValue((table, scenario), out var cells) && column < cells.Length ? cells[column] : null;

    private static void Append(StringBuilder text, string title, IEnumerable<string> columns, IEnumerable<(string Scenario, Findings[] Found)> rows)
    {
        text.Append('\n').Append("## ").Append(title).Append("\n\n");
        text.Append("| scenario | ").AppendJoin(" | ", columns).Append(" |\n");
        text.Append("|---").AppendJoin("", columns.Select(_ => "|---")).Append("|\n");
        foreach (var (scenario, found) in rows) text.Append("| `").Append(scenario).Append("` | ").AppendJoin(" | ", found.AsEnumerable()).Append(" |\n");
    }
}
