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

    /// <summary>What servers said unasked in sessions.</summary>
    public required RecordingMessages Said { get; init; }

    public static async Task<UpstreamHost> StartAsync(CancellationToken cancellationToken, params (string Name, ServerSettings Server)[] servers)
    {
        var settings = new GatehouseSettings
        {
            PublicUrl = new Uri("http://localhost:8080"),
            Identity = new IdentitySettings { Provider = IdentityProvider.Development },
            McpServers = servers.ToDictionary(server => server.Name, server => server.Server),
        };
        var log = new RecordingLogger();
        var said = new RecordingMessages();
        var registry = new UpstreamRegistry(settings, said, TimeProvider.System, log);
        await registry.StartAsync(cancellationToken);
        return new UpstreamHost(registry) { Log = log, Said = said };
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

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLogger : ILogger<UpstreamRegistry>
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));
}

/// <summary>Keeps what belongs to sessions.</summary>
internal sealed class RecordingMessages : ISessionMessages
{
    private readonly System.Threading.Channels.Channel<(string Session, string Message)> _said = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();

    /// <summary>Whether there is somebody who reads.</summary>
    public bool IsRead { get; set; } = true;

    public bool TryDeliver(string sessionKey, string server, ReadOnlySpan<byte> message) =>
        IsRead && _said.Writer.TryWrite((sessionKey, Encoding.UTF8.GetString(message)));

    public ValueTask<(string Session, string Message)> NextAsync(CancellationToken cancellationToken) => _said.Reader.ReadAsync(cancellationToken);
}
