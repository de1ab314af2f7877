namespace Gatehouse.Bench.Measuring;

/// <summary>What one round of calls to one contender took.</summary>
/// <param name="Elapsed">From the first call to the last answer.</param>
/// <param name="Latencies">How long each call took.</param>
/// <param name="Cpu">The contender's CPU time, user and system, its children's included.</param>
/// <param name="DatabaseCpu">The CPU time of the database beside it.</param>
internal sealed record Round(TimeSpan Elapsed, Latencies Latencies, TimeSpan Cpu, TimeSpan DatabaseCpu)
{
    public double Throughput => Latencies.Count / Elapsed.TotalSeconds;

    public double CpuMicroseconds => Cpu.TotalMicroseconds / Latencies.Count;

    public double DatabaseMicroseconds => DatabaseCpu.TotalMicroseconds / Latencies.Count;
}
