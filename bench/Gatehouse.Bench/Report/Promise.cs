using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench.Report;

/// <summary>What is promised, and whether it holds in this run.</summary>
/// <param name="Name">What is measured, and in what unit.</param>
/// <param name="Limit">The number promised.</param>
/// <param name="IsFloor">Whether it must be reached rather than kept.</param>
/// <param name="Value">The number found.</param>
internal sealed record Promise(string Name, double Limit, bool IsFloor, double Value)
{
    public bool IsMet => IsFloor ? Value >= Limit : Value <= Limit;

    /// <summary>The targets whose loads were measured.</summary>
    public static IEnumerable<Promise> Of(IReadOnlyList<Starts> starts, IReadOnlyList<Series> series, double sessionKilobytes)
    {
        if (Find("calls") is { } calls)
        {
            yield return new("CPU per authenticated, routed and audited call at 64 connections, times YARP's", 0.7, IsFloor: false, Ratio(calls, Rows.OneServer, round => round.CpuMicroseconds));
            yield return new("Calls per second at 64 connections, times YARP's", 1.3, IsFloor: true, Ratio(calls, Rows.OneServer, round => round.Throughput));
            yield return new("p99 at 64 connections, times YARP's", 1, IsFloor: false, Ratio(calls, Rows.OneServer, round => round.Latencies.P99.TotalMilliseconds));
        }

        if (Find("one") is { } one)
            yield return new("Time added to the direct call at one connection (p50), times what YARP adds", 1, IsFloor: false, Added(one));

        if (Find("list") is { } list)
        {
            yield return new("Lists of 200 tools per second, times YARP's", 2.5, IsFloor: true, Ratio(list, Rows.AllServers, round => round.Throughput));
            yield return new("CPU per list of 200 tools, times YARP's", 0.7, IsFloor: false, Ratio(list, Rows.AllServers, round => round.CpuMicroseconds));
        }

        var gatehouse = starts.Single(start => start.Name == Rows.OneServer);
        yield return new("Memory for each idle legacy session, KB", 4, IsFloor: false, sessionKilobytes);
        yield return new("Start of the process to its first answered call, s", 1, IsFloor: false, Spread.Of(gatehouse.FirstAnswerMilliseconds).Median / 1000);
        yield return new("Memory of the idle process, MB", 150, IsFloor: false, Spread.Of(gatehouse.IdleMegabytes).Median);

        Series? Find(string name) => series.FirstOrDefault(found => found.Scenario.Name == name);
    }

    public override string ToString() =>
        $"{Name}: at {(IsFloor ? "least" : "most")} {Limit:0.0}. Here: {Value:0.00}, {(IsMet ? "met" : $"missed by {Math.Abs((Value / Limit) - 1) * 100:0} %")}.";

    private static double Ratio(Series series, string name, Func<Round, double> number) =>
        Spread.OfRatios(series.Rounds[name].Select(number), series.Rounds[Rows.Yarp].Select(number)).Median;

    /// <summary>Round by round, what stands between the proxy and the upstream itself.</summary>
    private static double Added(Series series)
    {
        var direct = P50(Rows.Direct);
        return Spread.OfRatios(P50(Rows.OneServer).Zip(direct, Less), P50(Rows.Yarp).Zip(direct, Less)).Median;

        List<double> P50(string name) => [.. series.Rounds[name].Select(round => round.Latencies.P50.TotalMilliseconds)];
        static double Less(double value, double floor) => value - floor;
    }
}
