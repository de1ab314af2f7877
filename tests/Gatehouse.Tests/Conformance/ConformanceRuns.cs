using System.Collections.Concurrent;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.EndToEnd;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Conformance;

/// <summary>
/// Every suite on every leg, all through one gateway. They start at once, since the suites wait more than they work; who asks
/// for a result waits for that one.
/// </summary>
public sealed class ConformanceRuns(PostgresServer postgres) : IAsyncLifetime
{
    /// <summary>The suites wait half a second here and there, whatever the machine has to do besides: a result that is not the usual one must show again.</summary>
    private const int Repetitions = 2;

    private readonly SemaphoreSlim _slots = new(3);
    private readonly ConcurrentBag<NodeProgram> _programs = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<(Suite, Leg), Task<IReadOnlyDictionary<string, Findings>>> _runs = [];
    private readonly Dictionary<(string, bool), Task<Findings>> _clients = [];
    private Harness? _gatehouse;

    internal ConformancePage Page { get; } = ConformancePage.Read();

    /// <returns>The findings by scenario, in the order in which they ran.</returns>
    internal Task<IReadOnlyDictionary<string, Findings>> RunAsync(Suite suite, Leg leg) => _runs[(suite, leg)];

    /// <returns>What a client scenario found, with or without the gateway in the middle.</returns>
    internal Task<Findings> RunAsync(string clientScenario, bool throughGateway) => _clients[(clientScenario, throughGateway)];

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = _stopping.Token;
        _gatehouse = await Harness.StartAsync(Topology.Embedded, postgres, new Dictionary<string, ServerSettings>
        {
            [Legs.GatewayNameOf(Leg.NpmThroughGateway)!] = new() { Url = await ListenAsync(Leg.Npm, cancellationToken) },
            [Legs.GatewayNameOf(Leg.CSharpThroughGateway)!] = new() { Url = await ListenAsync(Leg.CSharp, cancellationToken) },
            [Legs.GatewayNameOf(Leg.StdioThroughGateway)!] = await Legs.StdioAsync(cancellationToken),
        }, cancellationToken);

        foreach (var leg in Legs.All)
        {
            var direct = Legs.GatewayNameOf(leg) is null ? await ListenAsync(leg, cancellationToken) : null;
            foreach (var suite in Enum.GetValues<Suite>()) _runs[(suite, leg)] = RunAsync(suite, leg, direct, cancellationToken);
        }

        foreach (var scenario in ClientRunner.Scenarios)
        {
            foreach (var throughGateway in new[] { false, true }) _clients[(scenario, throughGateway)] = RunClientAsync(scenario, throughGateway, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll([.. _runs.Values, .. _clients.Values]).ContinueWith(_ => { }, TaskScheduler.Default);
        if (_gatehouse is not null) await _gatehouse.DisposeAsync();
        foreach (var program in _programs) await program.DisposeAsync();
        _slots.Dispose();
        _stopping.Dispose();
    }

    private async Task<Uri> ListenAsync(Leg leg, CancellationToken cancellationToken)
    {
        var (program, url) = await Legs.ListenAsync(leg, cancellationToken);
        _programs.Add(program);
        return url;
    }

    private async Task<IReadOnlyDictionary<string, Findings>> RunAsync(Suite suite, Leg leg, Uri? direct, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var runner = await RunnerAsync(suite, leg, direct, cancellationToken);
            var findings = new OrderedDictionary<string, Findings>(await runner.RunAsync(cancellationToken), StringComparer.Ordinal);
            foreach (var scenario in findings.Keys.ToArray())
            {
                for (var times = 0; times < Repetitions && Page.CellOf(suite, scenario, leg) is { } usual && usual != findings[scenario].ToString(); times++)
                    findings[scenario] = await runner.RunAsync(scenario, cancellationToken);
            }

            return findings;
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<Findings> RunClientAsync(string scenario, bool throughGateway, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var findings = await RunOnceAsync();
            for (var times = 0; times < Repetitions && Page.CellOf(scenario, throughGateway) is { } usual && usual != findings.ToString(); times++) findings = await RunOnceAsync();
            return findings;
        }
        finally
        {
            _slots.Release();
        }

        async Task<Findings> RunOnceAsync()
        {
            if (!throughGateway) return await ClientRunner.RunAsync(scenario, new Dictionary<string, string>(), cancellationToken);
            await using var door = await GatewayDoor.OpenAsync(postgres, cancellationToken);
            return await ClientRunner.RunAsync(scenario, door.Environment, cancellationToken);
        }
    }

    private async Task<SuiteRunner> RunnerAsync(Suite suite, Leg leg, Uri? direct, CancellationToken cancellationToken)
    {
        if (direct is not null) return new SuiteRunner(suite, direct, accessToken: null);
        var server = Legs.GatewayNameOf(leg)!;
        var tokens = await _gatehouse!.SignInAsync(Harness.Alice, cancellationToken, server: server);
        return new SuiteRunner(suite, _gatehouse.Mcp(server), tokens.AccessToken);
    }
}
