using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Driving;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench;

/// <summary>What a legacy session costs that was opened, used once and left: by how much the process grows with many of them.</summary>
internal sealed class SessionMemory(TimeProvider time)
{
    public const int Count = 4000;

    private const int WarmUp = 1000;

    /// <summary>What is let go at once is gone by then.</summary>
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(3);

    /// <returns>KB for each session.</returns>
    public async Task<double> MeasureAsync(Contender contender, CancellationToken cancellationToken)
    {
        using var visitor = new Visitor(contender.Target, Work.Visit);
        await visitor.ArriveAsync(cancellationToken);
        var before = await AfterAsync(visitor, WarmUp, contender, cancellationToken);
        var after = await AfterAsync(visitor, Count, contender, cancellationToken);
        return (after - before) / 1024.0 / Count;
    }

    private async Task<long> AfterAsync(Visitor visitor, int sessions, Contender contender, CancellationToken cancellationToken)
    {
        for (var i = 0; i < sessions; i++) await visitor.VisitAsync(end: false, cancellationToken);
        await Task.Delay(_settling, time, cancellationToken);
        return ProcessTree.ResidentBytes(contender.ProcessId);
    }
}
