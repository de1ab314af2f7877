using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>One Gatehouse per topology, for all tests of a class that leave each other alone. Started by the first that asks.</summary>
public abstract class SharedGatehouse(PostgresServer postgres) : IAsyncDisposable
{
    private readonly Dictionary<Topology, Harness> _running = [];
    private readonly List<NodeProgram> _programs = [];

    internal async Task<Harness> InAsync(Topology topology, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(topology, out var running)) return running;
        return _running[topology] = await Harness.StartAsync(topology, postgres, await ServersAsync(cancellationToken), cancellationToken, Configure);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var gatehouse in _running.Values) await gatehouse.DisposeAsync();
        foreach (var program in _programs) await program.DisposeAsync();
    }

    /// <summary>What stands behind it, in the order of the configuration.</summary>
    protected abstract Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken);

    /// <summary>What else is otherwise than the default.</summary>
    protected virtual GatehouseSettings Configure(GatehouseSettings settings) => settings;

    /// <summary>The fixture, reached over HTTP.</summary>
    protected async Task<ServerSettings> FixtureOverHttpAsync(CancellationToken cancellationToken, params (string Name, string Value)[] environment)
    {
        var (program, url) = await FixtureServer.HttpAsync(cancellationToken, environment);
        _programs.Add(program);
        return new ServerSettings { Url = url, Timeout = 30 };
    }

    /// <summary>npm's server-everything, reached over HTTP+SSE.</summary>
    protected async Task<Uri> EverythingOverSseAsync(CancellationToken cancellationToken)
    {
        var (program, url) = await EverythingServer.SseAsync(cancellationToken);
        _programs.Add(program);
        return url;
    }

    /// <summary>The server that the conformance suites ask for, reached over HTTP: it has what only the newest servers have.</summary>
    protected async Task<ServerSettings> ConformanceOverHttpAsync(CancellationToken cancellationToken)
    {
        var program = await NodeProgram.StartAsync("servers", "conformance.mjs", ["http"], new Dictionary<string, string>(), cancellationToken);
        _programs.Add(program);
        return new ServerSettings { Url = await FixtureServer.ListeningAsync(program, cancellationToken), Timeout = 30 };
    }

    /// <summary>npm's server-everything, reached over HTTP.</summary>
    protected async Task<ServerSettings> EverythingOverHttpAsync(CancellationToken cancellationToken)
    {
        var (program, url) = await EverythingServer.HttpAsync(0, cancellationToken);
        _programs.Add(program);
        return new ServerSettings { Url = url, Timeout = 30 };
    }
}
