using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams.Http;
using Gatehouse.Gateway.Upstreams.Stdio;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>Every active server of the configuration, brought up in the background and kept up, each on its own.</summary>
internal sealed partial class UpstreamRegistry : BackgroundService, IUpstreams, IUpstreamReports
{
    private readonly Lock _watching = new();
    private readonly List<Channel<UpstreamReport>> _watchers = [];
    private readonly List<(ISupervisedUpstream Upstream, StatusBoard Board)> _all = [];
    private readonly FrozenDictionary<string, IUpstream> _byName;
    private readonly ILogger _logger;

    public UpstreamRegistry(GatehouseSettings settings, ListChanges changes, ISessionMessages sessions, ISessionRequests requests, TimeProvider time, ILogger<UpstreamRegistry> logger)
    {
        _logger = logger;
        foreach (var (name, server) in settings.McpServers.Where(server => server.Value.IsActive))
        {
            var isHttp = server.Transport != ServerTransport.Stdio;
            var board = new StatusBoard(name, isHttp ? "http" : "stdio", Changed);
            var log = new ChildLog(name, logger);
            _all.Add((isHttp ? new HttpUpstream(name, server, settings.ResponseBytesOf(name), board, changes, log, requests, time, logger) : new StdioUpstream(name, server, settings.ResponseBytesOf(name), board, changes, sessions, requests, log, time), board));
        }

        All = [.. _all.Select(each => each.Upstream)];
        _byName = All.ToFrozenDictionary(upstream => upstream.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<IUpstream> All { get; }

    public IReadOnlyList<UpstreamReport> Current => [.. _all.Select(each => each.Board.Report)];

    public bool TryFind(string name, [NotNullWhen(true)] out IUpstream? upstream) => _byName.TryGetValue(name, out upstream);

    public async IAsyncEnumerable<UpstreamReport> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Whoever looks away for long misses old news, and holds nobody up.
        var watcher = Channel.CreateBounded<UpstreamReport>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_watching) _watchers.Add(watcher);
        try
        {
            await foreach (var report in watcher.Reader.ReadAllAsync(cancellationToken)) yield return report;
        }
        finally
        {
            lock (_watching) _watchers.Remove(watcher);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var (upstream, _) in _all) (upstream as IDisposable)?.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_all.Select(each => Task.Run(() => RunAsync(each.Upstream, each.Board, stoppingToken), CancellationToken.None)));

    /// <summary>A bug in the care for one server ends that server, not the others.</summary>
    private async Task RunAsync(ISupervisedUpstream upstream, StatusBoard board, CancellationToken stoppingToken)
    {
        try
        {
            await upstream.RunAsync(stoppingToken);
        }
        catch (Exception bug) when (!stoppingToken.IsCancellationRequested)
        {
            Abandoned(bug, upstream.Name);
            board.Down("an internal error: see the gateway's log");
        }
    }

    private void Changed(UpstreamReport report)
    {
        if (report.State == "up") IsUp(report.Server, report.Detail);
        else IsDown(report.Server, report.Detail);
        lock (_watching)
        {
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(report);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Server} is up: {Identity}")]
    private partial void IsUp(string server, string? identity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Server} is down: {Reason}")]
    private partial void IsDown(string server, string? reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Server} is no longer looked after")]
    private partial void Abandoned(Exception bug, string server);
}
