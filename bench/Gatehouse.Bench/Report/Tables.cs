using System.Text;
using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench.Report;

/// <summary>The result as Markdown. No number stands without its ratio to the yardstick in the same run.</summary>
/// <param name="options">What was measured.</param>
/// <param name="yardstick">The contender that all others are compared to.</param>
/// <param name="measured">The contender that the targets are set for.</param>
internal sealed class Tables(BenchOptions options, string yardstick, string measured)
{
    private readonly StringBuilder _text = new();

    public string Print(IReadOnlyList<Starts> starts, IReadOnlyList<Series> series, IReadOnlyList<Contender> contenders)
    {
        _text.Append($"{Facts.Of(options)}\n");
        foreach (var one in series) Calls(one, contenders);
        Start(starts);
        Targets(starts, series);
        return _text.ToString();
    }

    private void Calls(Series series, IReadOnlyList<Contender> contenders)
    {
        Header($"{series.Connections} connection{(series.Connections == 1 ? "" : "s")}", "calls/s", "p50 ms", "p99 ms", "CPU µs per call");
        foreach (var contender in contenders)
        {
            Row(contender.Name,
                Cell(series, contender.Name, round => round.Throughput, "0"),
                Cell(series, contender.Name, round => round.Latencies.P50.TotalMilliseconds, "0.00"),
                Cell(series, contender.Name, round => round.Latencies.P99.TotalMilliseconds, "0.00"),
                Cell(series, contender.Name, round => round.CpuMicroseconds, "0.0"));
        }

        foreach (var contender in contenders.Where(contender => contender.DatabaseId is not null))
        {
            var database = series.Rounds[contender.Name].Select(round => round.DatabaseMicroseconds).ToList();
            var cpu = series.Rounds[yardstick].Select(round => round.CpuMicroseconds);
            Row($"its database: {contender.Name}", "", "", "", Cell(database, cpu, "0.0"));
        }

        _text.Append('\n');
    }

    private void Start(IReadOnlyList<Starts> starts)
    {
        Header("a fresh process", "start to first answered call, ms", "idle memory, MB");
        var yarp = starts.Single(one => one.Name == yardstick);
        foreach (var one in starts)
        {
            Row(one.Name,
                Cell(one.FirstAnswerMilliseconds, yarp.FirstAnswerMilliseconds, "0"),
                Cell(one.IdleMegabytes, yarp.IdleMegabytes, "0"));
        }

        _text.Append('\n');
    }

    /// <summary>What is promised, and whether it holds in this run.</summary>
    private void Targets(IReadOnlyList<Starts> starts, IReadOnlyList<Series> series)
    {
        var first = series[0];
        var cpu = Ratio(first, measured, round => round.CpuMicroseconds).Median;
        var memory = Spread.Of(starts.Single(one => one.Name == measured).IdleMegabytes).Median;
        Target($"CPU per authenticated, routed and audited call at {first.Connections} connections, times YARP's", "0.00", cpu, 1.3);
        Target("Memory of the idle process, MB", "0", memory, 150);

        void Target(string name, string format, double value, double most) => _text.Append(
            $"- {name}: at most {most.ToString(format)}. Here: {value.ToString(format)}, {(value <= most ? "met" : $"missed by {((value / most) - 1) * 100:0} %")}.\n");
    }

    private string Cell(Series series, string name, Func<Round, double> number, string format) =>
        Cell(series.Rounds[name].Select(number), series.Rounds[yardstick].Select(number), format);

    private Spread Ratio(Series series, string name, Func<Round, double> number) =>
        Spread.OfRatios(series.Rounds[name].Select(number), series.Rounds[yardstick].Select(number));

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
