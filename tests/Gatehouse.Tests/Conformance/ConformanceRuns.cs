using System.Collections.Concurrent;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.EndToEnd;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Conformance;

/// <summary>
/// Every suite against every subject, directly and through one gateway. All of it starts at once, since the suites wait more
/// than they work; who asks for a result waits for that one.
/// </summary>
public sealed class ConformanceRuns(PostgresServer postgres) : IAsyncLifetime
{
    /// <summary>More at a time, and the suites' fixed waiting times of half a second would be too short on a small machine.</summary>
    private readonly SemaphoreSlim _slots = new(3);
    private readonly ConcurrentBag<NodeProgram> _programs = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<(Suite, Subject), Task<Comparison>> _comparisons = [];
    private Harness? _gatehouse;

    internal Task<Comparison> CompareAsync(Suite suite, Subject subject) => _comparisons[(suite, subject)];

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = _stopping.Token;
        _gatehouse = await Harness.StartAsync(Topology.Embedded, postgres, new Dictionary<string, ServerSettings>
        {
            [NameOf(Subject.Npm)] = new() { Url = await ListenAsync(cancellationToken) },
            [NameOf(Subject.NpmOverStdio)] = await Subjects.StdioAsync(cancellationToken),
        }, cancellationToken);
        var direct = await ListenAsync(cancellationToken);
        foreach (var suite in Enum.GetValues<Suite>())
        {
            var directly = new Lazy<Task<Run>>(() => RunAsync(new SuiteRunner(suite, direct, accessToken: null), cancellationToken));
            foreach (var subject in Enum.GetValues<Subject>()) _comparisons[(suite, subject)] = CompareAsync(directly.Value, suite, subject, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_comparisons.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        if (_gatehouse is not null) await _gatehouse.DisposeAsync();
        foreach (var program in _programs) await program.DisposeAsync();
        _slots.Dispose();
        _stopping.Dispose();
    }

    private static string NameOf(Subject subject) => subject is Subject.Npm ? "npm" : "stdio";

    private async Task<Uri> ListenAsync(CancellationToken cancellationToken)
    {
        var (program, url) = await Subjects.ListenAsync(cancellationToken);
        _programs.Add(program);
        return url;
    }

    private async Task<Comparison> CompareAsync(Task<Run> directly, Suite suite, Subject subject, CancellationToken cancellationToken)
    {
        var tokens = await _gatehouse!.SignInAsync(Harness.Alice, cancellationToken, server: NameOf(subject));
        var through = await RunAsync(new SuiteRunner(suite, _gatehouse.Mcp(NameOf(subject)), tokens.AccessToken), cancellationToken);
        return new Comparison(await directly, through);
    }

    private async Task<Run> RunAsync(SuiteRunner runner, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return new Run(runner, await runner.RunAsync(cancellationToken));
        }
        finally
        {
            _slots.Release();
        }
    }
}
