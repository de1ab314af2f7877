namespace Gatehouse.Bench.Report;

/// <summary>The page of the documentation that shows the last written runs, one for each database; the rest of it is not ours.</summary>
internal static class PerformancePage
{
    public const string Name = "docs/reference/performance.md";

    public static async Task WriteAsync(string database, string report, CancellationToken cancellationToken)
    {
        var path = Repository.PathOf(Name);
        var page = await File.ReadAllTextAsync(path, cancellationToken);
        await File.WriteAllTextAsync(path, Replace(page, database, report), cancellationToken);
    }

    /// <summary>The page with the report in the place of the one of before.</summary>
    public static string Replace(string page, string database, string report)
    {
        var begin = $"<!-- bench/run --write, audit to {database}: begin -->";
        var end = $"<!-- bench/run --write, audit to {database}: end -->";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from) throw new BenchException($"{Name} has lost the markers between which the result for {database} belongs.");
        return $"{page[..from]}{begin}\n\n{report.Trim()}\n\n{page[to..]}";
    }
}
