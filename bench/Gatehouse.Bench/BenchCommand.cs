using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gatehouse.Bench.Report;

namespace Gatehouse.Bench;

/// <summary>The command line.</summary>
internal static class BenchCommand
{
    private const int Failed = 1;

    public static RootCommand Create()
    {
        var only = new Option<string[]>("--only") { Description = "The kinds of load to measure, if not all.", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong([.. Scenario.All.Select(scenario => scenario.Name)]);
        var rounds = new Option<int>("--rounds") { Description = "How often the contenders take turns.", DefaultValueFactory = _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long one turn lasts.", DefaultValueFactory = _ => 2 };
        var warmUp = new Option<double>("--warm-up") { Description = "Seconds of calls before the first turn of each contender.", DefaultValueFactory = _ => 4 };
        var starts = new Option<int>("--starts") { Description = "How often each process is started for start-up time and idle memory.", DefaultValueFactory = _ => 5 };
        var postgres = new Option<string?>("--postgres") { Description = "Audit to PostgreSQL: this one, or one started for the measurement if no connection string follows.", Arity = ArgumentArity.ZeroOrOne };
        var program = new Option<string>("--gatehouse") { Description = "The executable to measure.", DefaultValueFactory = _ => Repository.PathOf($"src/Gatehouse.App/bin/Release/net10.0/{RuntimeInformation.RuntimeIdentifier}/publish/gatehouse") };
        var against = new Option<string[]>("--against") { Description = "Other executables of Gatehouse, each a row of its own: before and after a change.", AllowMultipleArgumentsPerToken = true };
        var write = new Option<bool>("--write") { Description = $"Write the result into {PerformancePage.Name}." };
        rounds.Validators.Add(result => AtLeast(result.GetValueOrDefault<int>(), result));
        starts.Validators.Add(result => AtLeast(result.GetValueOrDefault<int>(), result));
        seconds.Validators.Add(result => AtLeast(result.GetValueOrDefault<double>(), result));

        var command = new RootCommand("Measures Gatehouse against a plain reverse proxy (YARP) and against no proxy at all.") { only, rounds, seconds, warmUp, starts, postgres, program, against, write };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new BenchOptions
            {
                Scenarios = parsed.GetValue(only) is { Length: > 0 } names ? [.. Scenario.All.Where(scenario => names.Contains(scenario.Name))] : Scenario.All,
                Rounds = parsed.GetValue(rounds),
                RoundLength = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
                Starts = parsed.GetValue(starts),
                Postgres = parsed.GetResult(postgres) is { Implicit: false } ? parsed.GetValue(postgres) ?? "" : null,
                Program = Path.GetFullPath(parsed.GetValue(program)!),
                Against = [.. (parsed.GetValue(against) ?? []).Select(Path.GetFullPath)],
                Write = parsed.GetValue(write),
            };
            try
            {
                var report = await new Measurement(options, TimeProvider.System).RunAsync(cancellationToken);
                Console.WriteLine(report);
                if (options.Write) await PerformancePage.WriteAsync(options.Database, report, cancellationToken);
                return 0;
            }
            catch (BenchException failure)
            {
                await Console.Error.WriteLineAsync(failure.Message);
                return Failed;
            }
            catch (SocketException failure)
            {
                await Console.Error.WriteLineAsync($"A connection broke: {failure.Message}");
                return Failed;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Failed;
            }
        });
        return command;
    }

    private static void AtLeast(double value, System.CommandLine.Parsing.OptionResult result)
    {
        if (value < 1) result.AddError($"{result.IdentifierToken?.Value} must be at least 1.");
    }
}
