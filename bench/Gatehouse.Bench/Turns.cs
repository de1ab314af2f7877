using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Driving;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench;

/// <summary>The rounds of all contenders under one kind of load, in the order in which they took turns.</summary>
internal sealed record Series(Scenario Scenario, IReadOnlyList<Contender> Contenders, IReadOnlyDictionary<string, IReadOnlyList<Round>> Rounds);

/// <summary>Contenders take turns, so that what else the machine does hits all of them alike.</summary>
internal sealed class Turns(LoadDriver driver, BenchOptions options)
{
    public async Task<Series> TakeAsync(IReadOnlyList<Contender> all, Scenario scenario, CancellationToken cancellationToken)
    {
        var contenders = all.Where(contender => scenario.IsWide || !contender.IsWide).ToList();
        foreach (var contender in contenders) await driver.DriveAsync(contender, scenario, options.WarmUp, cancellationToken);
        var rounds = contenders.ToDictionary(contender => contender.Name, _ => new List<Round>());
        for (var turn = 1; turn <= options.Rounds; turn++)
        {
            foreach (var contender in contenders)
            {
                var round = await driver.DriveAsync(contender, scenario, options.RoundLength, cancellationToken);
                rounds[contender.Name].Add(round);
                await Console.Error.WriteLineAsync($"{scenario.Name}, round {turn}/{options.Rounds}, {contender.Name}: {round.Throughput:0}/s, {round.CpuMicroseconds:0.0} µs CPU");
            }
        }

        return new(scenario, contenders, rounds.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<Round>)pair.Value));
    }
}
