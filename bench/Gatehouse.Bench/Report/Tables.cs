using System.Text;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench.Report;

/// <summary>The result as Markdown. No number stands without its ratio to the yardstick in the same run.</summary>
/// <param name="facts">What stands above the tables.</param>
internal sealed class Tables(string facts)
{
    private readonly StringBuilder _text = new();

    public string Print(IReadOnlyList<Starts> starts, IReadOnlyList<Series> series, double sessionKilobytes)
    {
        _text.Append($"{facts}\n");
        foreach (var one in series) Calls(one);
        Start(starts);
        foreach (var promise in Promise.Of(starts, series, sessionKilobytes)) _text.Append($"- {promise}\n");
        return _text.ToString();
    }

    private void Calls(Series series)
    {
        Header(series.Scenario.Title, series.Scenario.Work == Work.Visit ? "visits/s" : "calls/s", "p50 ms", "p99 ms", "CPU µs each");
        foreach (var contender in series.Contenders)
        {
            Row(contender.Name,
                Cell(series, contender.Name, round => round.Throughput, "0"),
                Cell(series, contender.Name, round => round.Latencies.P50.TotalMilliseconds, "0.00"),
                Cell(series, contender.Name, round => round.Latencies.P99.TotalMilliseconds, "0.00"),
                Cell(series, contender.Name, round => round.CpuMicroseconds, "0.0"));
        }

        foreach (var contender in series.Contenders.Where(contender => contender.DatabaseId is not null))
        {
            var database = series.Rounds[contender.Name].Select(round => round.DatabaseMicroseconds).ToList();
            var cpu = series.Rounds[Rows.Yarp].Select(round => round.CpuMicroseconds);
            Row($"its database: {contender.Name}", "", "", "", Cell(database, cpu, "0.0"));
        }

        _text.Append('\n');
    }

    private void Start(IReadOnlyList<Starts> starts)
    {
        Header("a fresh process", "start to first answered call, ms", "idle memory, MB");
        var yarp = starts.Single(one => one.Name == Rows.Yarp);
        foreach (var one in starts)
        {
            Row(one.Name,
                Cell(one.FirstAnswerMilliseconds, yarp.FirstAnswerMilliseconds, "0"),
                Cell(one.IdleMegabytes, yarp.IdleMegabytes, "0"));
        }

        _text.Append('\n');
    }

    private static string Cell(Series series, string name, Func<Round, double> number, string format) =>
        Cell(series.Rounds[name].Select(number), series.Rounds[Rows.Yarp].Select(number), format);

    /// <summary>The median, then its ratio to the yardstick: median and range over the rounds.</summary>
    private static string Cell(IEnumerable<double> values, IEnumerable<double> yardstick, string format)
    {
        var ratio = Spread.OfRatios(values, yardstick);
        var median = Spread.Of(values).Median.ToString(format);
        return ratio is (1, 1, 1) ? $"{median} · **1**" : $"{median} · **{ratio.Median:0.00}** ({ratio.Least:0.00} to {ratio.Most:0.00})";
    }

    private void Header(params string[] titles)
    {
        Row(titles);
        Row([.. titles.Select(_ => "---")]);
    }

    private void Row(params string[] cells) => _text.Append($"| {string.Join(" | ", cells)} |\n");
}
