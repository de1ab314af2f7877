using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Driving;
using Gatehouse.Bench.Report;
using Gatehouse.Bench.SignIn;
using Gatehouse.Bench.Upstream;

namespace Gatehouse.Bench;

/// <summary>The whole run: prepare, start each afresh, then take turns.</summary>
internal sealed class Measurement(BenchOptions options, TimeProvider time)
{
    private readonly LoadDriver _driver = new(time);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(options.Program)) throw new BenchException($"{options.Program} is not there: publish it first (bench/run does).");
        var folder = Directory.CreateTempSubdirectory("gatehouse-bench-").FullName;
        try
        {
            await using var postgres = options.Postgres is "" ? await PostgresServer.StartAsync(folder, cancellationToken) : null;
            var upstreamPort = ChildProcess.FreePort();
            await using var upstream = ChildProcess.StartSelf("upstream", folder, UpstreamServer.Verb, $"{upstreamPort}");
            var direct = new Contender(Rows.Direct, upstream.Id, new Target(upstreamPort, "/mcp", "", ""), IsWide: true);
            await _driver.AwaitFirstAnswerAsync(direct, upstream, cancellationToken);

            var gatehouse = await GatehouseInstance.ConfigureAsync(
                options.Program, folder, new Uri($"http://127.0.0.1:{upstreamPort}/mcp"), postgres?.ConnectionString ?? options.Postgres, cancellationToken);
            var tokens = await SignInAsync(gatehouse, cancellationToken);
            await using var field = new Field(options, folder, upstreamPort, gatehouse, tokens, postgres?.ProcessId, _driver);

            var starts = await new StartMeasurement(_driver, time).RunAsync([field.Yarp(), field.Gatehouse()], options.Starts, cancellationToken);
            var contenders = await field.StartAsync(cancellationToken);
            var turns = new Turns(_driver, options);
            var series = new List<Series>();
            foreach (var scenario in options.Scenarios) series.Add(await turns.TakeAsync([direct with { Target = direct.Target with { AccessToken = tokens.One } }, .. contenders], scenario, cancellationToken));
            var memory = await new SessionMemory(time).MeasureAsync(contenders.Single(contender => contender.Name == Rows.AllServers), cancellationToken);
            await VerifyRecordingAsync(gatehouse, contenders.Single(contender => contender.Name == Rows.OneServer), cancellationToken);
            return new Tables(await Facts.OfAsync(options, cancellationToken)).Print(starts, series, memory);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Once, with a Gatehouse of its own: the keys that sign stay in its database, so the tokens outlive a restart.</summary>
    private static async Task<(string One, string All)> SignInAsync(GatehouseInstance gatehouse, CancellationToken cancellationToken)
    {
        await using var process = gatehouse.Start();
        using var tokens = new AccessTokens();
        await tokens.AwaitServerAsync(gatehouse.Resource(all: true), process, cancellationToken);
        return (await tokens.GetAsync(gatehouse.Resource(all: false), cancellationToken), await tokens.GetAsync(gatehouse.Resource(all: true), cancellationToken));
    }

    /// <summary>One more round, after which every answered call must be on record.</summary>
    private async Task VerifyRecordingAsync(GatehouseInstance gatehouse, Contender contender, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        var round = await _driver.DriveAsync(contender, Scenario.All[0], options.RoundLength, cancellationToken);
        var deadline = since + options.RoundLength + TimeSpan.FromSeconds(30);
        int recorded;
        do recorded = await gatehouse.CountRecordedCallsAsync(since, cancellationToken);
        while (recorded < round.Latencies.Count && time.GetUtcNow() < deadline);
        if (recorded != round.Latencies.Count) throw new BenchException($"{round.Latencies.Count} calls were answered, and {recorded} are on record.");
    }
}
