using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>The upstreams of one configuration, running, and ways to speak to them.</summary>
internal sealed class UpstreamHost : IAsyncDisposable
{
    public static readonly Caller Ada = CallerOf("ada");
    public static readonly Caller Bob = CallerOf("bob");

    private readonly UpstreamRegistry _registry;

    private UpstreamHost(UpstreamRegistry registry) => _registry = registry;

    public UpstreamRegistry Registry => _registry;

    /// <summary>The only upstream, where there is one.</summary>
    public IUpstream One => _registry.All.Single();

    /// <summary>What the upstreams' keeper logged.</summary>
    public required RecordingLogger Log { get; init; }

    /// <summary>The streams of legacy sessions.</summary>
    public required RecordingSessions Sessions { get; init; }

    /// <summary>The ids that requests have there, and what came for none of them.</summary>
    public required RecordedRequests Requests { get; init; }

    /// <summary>The changed lists that were told of.</summary>
    public required ConcurrentQueue<ListChange> Changes { get; init; }

    public static async Task<UpstreamHost> StartAsync(CancellationToken cancellationToken, params (string Name, ServerSettings Server)[] servers)
    {
        var settings = new GatehouseSettings
        {
            PublicUrl = new Uri("http://localhost:8080"),
            Identity = new IdentitySettings { Provider = IdentityProvider.Development },
            McpServers = servers.ToDictionary(server => server.Name, server => server.Server),
        };
        var log = new RecordingLogger();
        var sessions = new RecordingSessions();
        var requests = new RecordedRequests(sessions);
        var changes = new ListChanges();
        var changed = new ConcurrentQueue<ListChange>();
        changes.Changed += changed.Enqueue;
        var registry = new UpstreamRegistry(settings, changes, sessions, requests, TimeProvider.System, log);
        await registry.StartAsync(cancellationToken);
        return new UpstreamHost(registry) { Log = log, Sessions = sessions, Requests = requests, Changes = changed };
    }

    /// <summary>Started, and its one upstream settled.</summary>
    public static async Task<UpstreamHost> StartOneAsync(ServerSettings server, CancellationToken cancellationToken)
    {
        var host = await StartAsync(cancellationToken, ("one", server));
        await host.One.SettledAsync(cancellationToken);
        return host;
    }

    public static Caller CallerOf(string name) => new(
        $"sub-{name}", $"{name}@example.com", name, FrozenSet<string>.Empty, "client", "Client", FrozenSet<string>.Empty, DateTimeOffset.MaxValue);

    public static UpstreamRequest Legacy(string message, string session = "session-of-ada", Caller? caller = null) => new()
    {
        Caller = caller ?? Ada,
        Era = Era.Legacy,
        Message = Scan(message),
        Session = new SessionBinding.Managed(session, "2025-11-25"),
    };

    public static UpstreamRequest Own(string message, string? session) => new()
    {
        Caller = Ada,
        Era = Era.Legacy,
        Message = Scan(message),
        Session = new SessionBinding.Own(session),
        Headers = session is null ? [] : [new("MCP-Protocol-Version", "2025-11-25")],
    };

    public static UpstreamRequest Modern(string message, Caller? caller = null) => new()
    {
        Caller = caller ?? Ada,
        Era = Era.Modern,
        Message = Scan(message),
        Session = SessionBinding.None.Instance,
        Headers = [new("MCP-Protocol-Version", "2026-07-28")],
    };

    public static string Call(string id, string tool, string arguments = "{}") =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}} } }""";

    public static string ModernCall(string id, string tool, string arguments = "{}", string meta = "") =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}{{{meta}}} } } }""";

    public static Envelope Scan(string message)
    {
        Assert.True(EnvelopeScanner.TryScan(Encoding.UTF8.GetBytes(message), out var envelope, out var fault), fault?.Message);
        return envelope;
    }

    public static async Task<string> ReadAsync(UpstreamResult result, CancellationToken cancellationToken)
    {
        await using var answer = Assert.IsType<UpstreamResult.Answered>(result);
        using var reader = new StreamReader(answer.Body);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>Sends to the one upstream and reads the whole answer.</summary>
    public async Task<string> AskAsync(UpstreamRequest request, CancellationToken cancellationToken) =>
        await ReadAsync(await One.SendAsync(request, cancellationToken), cancellationToken);

    /// <summary>Waits until the one upstream stands so.</summary>
    public async Task<UpstreamStatus> UntilAsync(Func<UpstreamStatus, bool> holds, CancellationToken cancellationToken)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var changes = _registry.WatchAsync(watching.Token).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            // Watching begins before looking, so that no change falls between the two.
            var next = changes.MoveNextAsync().AsTask();
            if (One.Status is { } status && holds(status))
            {
                await watching.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
                {
                    while (await next) next = changes.MoveNextAsync().AsTask();
                });
                return status;
            }

            await next;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.StopAsync(CancellationToken.None);
        _registry.Dispose();
    }
}

/// <summary>The streams of legacy sessions: those that are open keep what they get.</summary>
internal sealed class RecordingSessions : ISessionMessages
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _open = new(StringComparer.Ordinal);

    /// <summary>Opens a session's stream.</summary>
    public ConcurrentQueue<string> Open(string session) => _open.GetOrAdd(session, _ => new ConcurrentQueue<string>());

    public bool TryDeliver(string sessionKey, string server, ReadOnlySpan<byte> message)
    {
        if (!_open.TryGetValue(sessionKey, out var stream)) return false;
        stream.Enqueue(Encoding.UTF8.GetString(message));
        return true;
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLogger : ILogger<UpstreamRegistry>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));
}
