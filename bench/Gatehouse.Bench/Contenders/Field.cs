using Gatehouse.Bench.Driving;

namespace Gatehouse.Bench.Contenders;

/// <summary>All contenders in front of one upstream, and their processes.</summary>
internal sealed class Field(
    BenchOptions options, string folder, int upstreamPort, GatehouseInstance gatehouse, (string One, string All) tokens, int? database, LoadDriver driver) : IAsyncDisposable
{
    private readonly Stack<ChildProcess> _processes = new();

    public Starter Yarp() => Plain(Rows.Yarp, isWide: false, port => ChildProcess.StartSelf("yarp", folder, YarpServer.Verb, $"{port}", Upstream));

    public Starter Gatehouse() => new(gatehouse.Start, process => Of(Rows.OneServer, process, gatehouse, isWide: false));

    private string Upstream => $"http://127.0.0.1:{upstreamPort}";

    /// <summary>Starts each one, and waits until it answers.</summary>
    public async Task<IReadOnlyList<Contender>> StartAsync(CancellationToken cancellationToken)
    {
        var contenders = new List<Contender>();
        if (NginxServer.Program is { } nginx)
        {
            var port = ChildProcess.FreePort();
            var process = await NginxServer.StartAsync(nginx, folder, port, upstreamPort, cancellationToken);
            await AddAsync(process, new Contender(Rows.Nginx, process.Id, Direct(port)));
        }
        else
        {
            await Console.Error.WriteLineAsync(NginxServer.Advice);
        }

        await AddStarterAsync(Yarp());
        await AddStarterAsync(Plain(Rows.TunedYarp, isWide: true, port => ChildProcess.Start(
            "yarp-tuned", folder, "/usr/bin/env", YarpServer.TunedEnvironment, Environment.ProcessPath!, YarpServer.TunedVerb, $"{port}", Upstream)));
        var own = await AddStarterAsync(Gatehouse());
        contenders.Add(new Contender(Rows.AllServers, own.Id, gatehouse.Target(all: true, tokens), database));
        await AddBesideAsync(Rows.Inline, options.Program, "inline", isWide: true);
        foreach (var program in options.Against) await AddBesideAsync(program, program, GatehouseInstance.Pool, isWide: false);
        return contenders;

        async Task<ChildProcess> AddStarterAsync(Starter starter)
        {
            var process = starter.Start();
            await AddAsync(process, starter.Contender(process));
            return process;
        }

        async Task AddBesideAsync(string name, string program, string scheduling, bool isWide)
        {
            var beside = await gatehouse.BesideAsync(program, scheduling, cancellationToken);
            var process = beside.Start();
            await AddAsync(process, Of(name, process, beside, isWide));
        }

        async Task AddAsync(ChildProcess process, Contender contender)
        {
            _processes.Push(process);
            await driver.AwaitFirstAnswerAsync(contender, process, cancellationToken);
            contenders.Add(contender);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_processes.TryPop(out var process)) await process.DisposeAsync();
    }

    private Starter Plain(string name, bool isWide, Func<int, ChildProcess> start)
    {
        var port = ChildProcess.FreePort();
        return new(() => start(port), process => new Contender(name, process.Id, Direct(port), IsWide: isWide));
    }

    /// <summary>A proxy that passes on the path as it is.</summary>
    private Target Direct(int port) => new(port, GatehouseInstance.PathOf(all: false), "", tokens.One);

    private Contender Of(string name, ChildProcess process, GatehouseInstance instance, bool isWide) =>
        new(name, process.Id, instance.Target(all: false, tokens), database, isWide);
}
