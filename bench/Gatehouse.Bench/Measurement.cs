using System.Net;
using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Driving;
using Gatehouse.Bench.Report;
using Gatehouse.Bench.SignIn;
using Gatehouse.Bench.Upstream;

namespace Gatehouse.Bench;

/// <summary>The whole run: prepare, start each afresh, then take turns.</summary>
internal sealed class Measurement(BenchOptions options, TimeProvider time)
{
    private const string Direct = "direct";
    private const string Yarp = "YARP";
    private const string OneServer = "Gatehouse, /mcp/{server}";
    private const string AllServers = "Gatehouse, /mcp";

    private readonly LoadDriver _driver = new(time);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(options.Program)) throw new BenchException($"{options.Program} is not there: build it first (bench/run does).");
        var folder = Directory.CreateTempSubdirectory("gatehouse-bench-").FullName;
        try
        {
            await using var postgres = options.Postgres is "" ? await PostgresServer.StartAsync(folder, cancellationToken) : null;
            var upstreamPort = ChildProcess.FreePort();
            await using var upstream = ChildProcess.StartSelf("upstream", folder, UpstreamServer.Verb, $"{upstreamPort}");
            var direct = new Contender(Direct, upstream.Id, Loopback(upstreamPort), Call.Tool(upstreamPort, "/mcp", UpstreamAnswers.Tool, ""));
            await _driver.AwaitFirstAnswerAsync(direct, upstream, cancellationToken);

            var gatehouse = await GatehouseInstance.ConfigureAsync(
                options.Program, folder, new Uri($"http://127.0.0.1:{upstreamPort}/mcp"), postgres?.ConnectionString ?? options.Postgres, cancellationToken);
            var tokens = await SignInAsync(gatehouse, cancellationToken);
            var yarpPort = ChildProcess.FreePort();

            Starter yarpStarter = new(
                () => ChildProcess.StartSelf("yarp", folder, YarpServer.Verb, $"{yarpPort}", $"http://127.0.0.1:{upstreamPort}"),
                process => new(Yarp, process.Id, Loopback(yarpPort), Call.Tool(yarpPort, GatehouseInstance.PathOf(all: false), UpstreamAnswers.Tool, tokens.One)));
            Starter gatehouseStarter = new(gatehouse.Start, process => Gatehouse(OneServer, process, gatehouse, tokens, all: false, postgres?.ProcessId));

            var starts = await new StartMeasurement(_driver, time).RunAsync([yarpStarter, gatehouseStarter], options.Starts, cancellationToken);

            await using var yarpProcess = yarpStarter.Start();
            await using var gatehouseProcess = gatehouseStarter.Start();
            Contender[] contenders =
            [
                direct with { Call = Call.Tool(upstreamPort, "/mcp", UpstreamAnswers.Tool, tokens.One) },
                yarpStarter.Contender(yarpProcess),
                gatehouseStarter.Contender(gatehouseProcess),
                Gatehouse(AllServers, gatehouseProcess, gatehouse, tokens, all: true, postgres?.ProcessId),
            ];
            await _driver.AwaitFirstAnswerAsync(contenders[1], yarpProcess, cancellationToken);
            await _driver.AwaitFirstAnswerAsync(contenders[2], gatehouseProcess, cancellationToken);
            await _driver.AwaitFirstAnswerAsync(contenders[3], gatehouseProcess, cancellationToken);

            var turns = new Turns(_driver, options);
            var series = new List<Series>();
            foreach (var connections in options.Connections) series.Add(await turns.TakeAsync(contenders, connections, cancellationToken));
            await VerifyRecordingAsync(gatehouse, contenders[2], cancellationToken);
            return new Tables(options, yardstick: Yarp, measured: OneServer).Print(starts, series, contenders);
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
        var round = await _driver.DriveAsync(contender, options.Connections[0], options.RoundLength, cancellationToken);
        var deadline = since + options.RoundLength + TimeSpan.FromSeconds(30);
        int recorded;
        do recorded = await gatehouse.CountRecordedCallsAsync(since, cancellationToken);
        while (recorded < round.Latencies.Count && time.GetUtcNow() < deadline);
        if (recorded != round.Latencies.Count) throw new BenchException($"{round.Latencies.Count} calls were answered, and {recorded} are on record.");
    }

    private static Contender Gatehouse(string name, ChildProcess process, GatehouseInstance gatehouse, (string One, string All) tokens, bool all, int? database) => new(
        name, process.Id, Loopback(gatehouse.Port), Call.Tool(gatehouse.Port, GatehouseInstance.PathOf(all), GatehouseInstance.ToolOf(all), all ? tokens.All : tokens.One), database);

    private static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);
}
