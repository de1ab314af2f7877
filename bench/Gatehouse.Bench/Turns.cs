using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Driving;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench;

/// <summary>The rounds of all contenders at one number of connections.</summary>
internal sealed record Series(int Connections, IReadOnlyDictionary<string, IReadOnlyList<Round>> Rounds);

/// <summary>Contenders take turns, so that what else the machine does hits all of them alike.</summary>
internal sealed class Turns(LoadDriver driver, BenchOptions options)
{
    public async Task<Series> TakeAsync(IReadOnlyList<Contender> contenders, int connections, CancellationToken cancellationToken)
    {
        foreach (var contender in contenders) await driver.DriveAsync(contender, connections, options.WarmUp, cancellationToken);
        var rounds = contenders.ToDictionary(contender => contender.Name, _ => new List<Round>());
        for (var turn = 1; turn <= options.Rounds; turn++)
        {
            foreach (var contender in contenders)
            {
                var round = await driver.DriveAsync(contender, connections, options.RoundLength, cancellationToken);
                rounds[contender.Name].Add(round);
                await Console.Error.WriteLineAsync($"{connections} connections, round {turn}/{options.Rounds}, {contender.Name}: {round.Throughput:0} calls/s, {round.CpuMicroseconds:0.0} µs CPU");
            }
        }

        return new(connections, rounds.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<Round>)pair.Value));
    }
}
