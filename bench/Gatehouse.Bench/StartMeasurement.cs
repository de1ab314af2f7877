using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Driving;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench;

/// <summary>What each fresh start showed: the time until the first answered call, and what then lies in memory.</summary>
internal sealed record Starts(string Name, IReadOnlyList<double> FirstAnswerMilliseconds, IReadOnlyList<double> IdleMegabytes);

/// <summary>Starts the contenders in turn, each in a new process.</summary>
internal sealed class StartMeasurement(LoadDriver driver, TimeProvider time)
{
    /// <summary>What runs once after a start is over by then.</summary>
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<Starts>> RunAsync(IReadOnlyList<Starter> starters, int count, CancellationToken cancellationToken)
    {
        var taken = starters.Select(_ => (Name: "", Times: new List<double>(), Memory: new List<double>())).ToArray();
        for (var turn = 0; turn < count; turn++)
        {
            for (var i = 0; i < starters.Count; i++)
            {
                var began = time.GetTimestamp();
                await using var process = starters[i].Start();
                var contender = starters[i].Contender(process);
                await driver.AwaitFirstAnswerAsync(contender, process, cancellationToken);
                taken[i].Name = contender.Name;
                taken[i].Times.Add(time.GetElapsedTime(began).TotalMilliseconds);
                await Task.Delay(_settling, time, cancellationToken);
                taken[i].Memory.Add(ProcessTree.ResidentBytes(process.Id) / (1024.0 * 1024.0));
            }
        }

        return [.. taken.Select(one => new Starts(one.Name, one.Times, one.Memory))];
    }
}
