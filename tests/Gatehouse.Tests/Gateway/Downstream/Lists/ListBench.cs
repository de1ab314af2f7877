using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Downstream;
using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Downstream.Lists;

/// <summary>A list cache before one upstream that a test plays, at a time that the test sets.</summary>
internal sealed class ListBench : IAsyncDisposable
{
    public static readonly Caller Ada = CallerOf("ada");
    public static readonly Caller Bob = CallerOf("bob");

    private readonly ListRefresher _refresher = new(NullLogger<ListRefresher>.Instance);

    /// <param name="server">What is configured of the upstream.</param>
    public ListBench(ServerSettings? server = null, Func<ListChanges, GatehouseSettings, ListCollector, ListRefresher, TimeProvider, ListCache>? make = null)
    {
        var settings = new GatehouseSettings
        {
            PublicUrl = new Uri("http://localhost:8080"),
            Identity = new IdentitySettings { Provider = IdentityProvider.Development },
            McpServers = new Dictionary<string, ServerSettings> { ["one"] = server ?? new ServerSettings { Url = new Uri("http://localhost:1/mcp") } },
        };
        var collector = new ListCollector(settings, Index, Time, Log);
        Cache = make?.Invoke(Changes, settings, collector, _refresher, Time) ?? new ListCache(settings, Changes, collector, _refresher, Time);
    }

    public FakeTimeProvider Time { get; } = new();

    public ListChanges Changes { get; } = new();

    public ResourceIndex Index { get; } = new();

    public PlayedUpstream Upstream { get; } = new("one");

    public CollectedLog Log { get; } = new();

    public ListCache Cache { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Caller CallerOf(string name) => new(
        $"sub-{name}", $"{name}@example.com", name, FrozenSet<string>.Empty, "client", "Client", FrozenSet<string>.Empty, DateTimeOffset.MaxValue);

    /// <summary>A client that asks in the modern era, with what it can do.</summary>
    public static ListAsker Modern(Caller caller, string capabilities = "{}", string method = "tools/list") => AskerOf(
        caller, Era.Modern, SessionBinding.None.Instance,
        $$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{{capabilities}}},"mark":"of {{{caller.Subject}}}"} } }""");

    /// <summary>A client that asks in a session.</summary>
    public static ListAsker Legacy(Caller caller, string capabilities = "{}", string version = "2025-11-25", string session = "the client's session") => AskerOf(
        caller, Era.Legacy, new SessionBinding.Managed(session, version) { Capabilities = Encoding.UTF8.GetBytes(capabilities) }, """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");

    /// <summary>From memory or from the upstream, as a client gets it.</summary>
    public async Task<ListAnswer> AskAsync(ListAsker asker, ListKind? kind = null) =>
        Cache.Fresh(asker, Upstream, kind ?? ListKind.Tools) ?? await Cache.AskAsync(asker, Upstream, kind ?? ListKind.Tools, Cancellation);

    /// <summary>Lets lists be asked for behind the readers' backs.</summary>
    public Task RefreshAsync() => _refresher.StartAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _refresher.StopAsync(CancellationToken.None);
        _refresher.Dispose();
        Cache.Dispose();
    }

    /// <summary>The names in an answer.</summary>
    public static IEnumerable<string> NamesOf(ListAnswer answer) => answer.Pages.SelectMany(page => page.Items).Select(item => item.KeyValue);

    private static ListAsker AskerOf(Caller caller, Era era, SessionBinding session, string message)
    {
        Assert.True(EnvelopeScanner.TryScan(Encoding.UTF8.GetBytes(message), out var envelope, out _));
        return new ListAsker(new Exchange { Http = new DefaultHttpContext(), Caller = caller, Endpoint = null, Message = envelope, Era = era, Time = default, Started = 0 }, session);
    }

    /// <summary>Keeps what is logged.</summary>
    internal sealed class CollectedLog : ILogger<ListCollector>
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));
    }

    /// <summary>Answers as the test says, and counts.</summary>
    internal sealed class PlayedUpstream(string name) : IUpstream
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<UpstreamRequest> _seen = new();

        public string Name => name;

        public UpstreamStatus Status { get; set; } = new() { State = UpstreamState.Up, SpeaksModern = true, SpeaksLegacy = true, Features = UpstreamFeatures.Tools };

        /// <summary>The next answer, from the request and its number.</summary>
        public Func<UpstreamRequest, int, Task<UpstreamResult>> Play { get; set; } = (_, number) => Task.FromResult(Tools([Number(number)]));

        /// <summary>Every request so far.</summary>
        public IReadOnlyList<UpstreamRequest> Seen => [.. _seen];

        public static string Number(int number) => string.Create(CultureInfo.InvariantCulture, $"tool-{number}");

        /// <summary>A page of tools.</summary>
        /// <param name="more">Further members of the result.</param>
        public static UpstreamResult Tools(IEnumerable<string> names, string more = "") => Message(
            $$$"""{"jsonrpc":"2.0","id":1,"result":{"tools":[{{{string.Join(',', names.Select(tool => $$"""{"name":"{{tool}}"}"""))}}}]{{{more}}}}}""");

        public static UpstreamResult Message(string message) => new UpstreamResult.Answered(200, UpstreamContent.Json, new MemoryStream(Encoding.UTF8.GetBytes(message)));

        public Task SettledAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken)
        {
            _seen.Enqueue(request);
            return Play(request, _seen.Count);
        }
    }
}
