namespace Gatehouse.Bench.Report;

/// <summary>The page of the documentation that shows the last written run; only what stands between its markers is ours.</summary>
internal static class PerformancePage
{
    public const string Name = "docs/reference/performance.md";

    private const string Begin = "<!-- written by bench/run --write: begin -->";
    private const string End = "<!-- written by bench/run --write: end -->";

    public static async Task WriteAsync(string report, CancellationToken cancellationToken)
    {
        var path = Repository.PathOf(Name);
        var page = await File.ReadAllTextAsync(path, cancellationToken);
        await File.WriteAllTextAsync(path, Replace(page, report), cancellationToken);
    }

    public static string Replace(string page, string report)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new BenchException($"{Name} has lost the markers between which the result belongs.");
        return $"{page[..begin]}{Begin}\n\n{report.Trim()}\n\n{page[end..]}";
    }
}
