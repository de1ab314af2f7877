namespace Gatehouse.Bench.Measuring;

/// <summary>How many calls were answered, and after what time.</summary>
internal sealed record Latencies(int Count, TimeSpan P50, TimeSpan P99)
{
    public static Latencies Of(IEnumerable<IReadOnlyCollection<TimeSpan>> connections)
    {
        var all = connections.SelectMany(latency => latency).ToArray();
        if (all.Length == 0) throw new BenchException("Not one call was answered in a round: rounds must be longer.");
        Array.Sort(all);
        return new(all.Length, At(0.50), At(0.99));

        TimeSpan At(double quantile) => all[(int)Math.Ceiling(quantile * all.Length) - 1];
    }
}
