using Gatehouse.App.Hosting;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.App.Cli;

/// <summary>Prints a line whenever a server behind the gateway comes up or goes down.</summary>
internal sealed class ServerProgress(TextWriter output, IReadOnlyList<string> servers)
{
    private readonly int _width = servers.Select(name => name.Length).DefaultIfEmpty(0).Max();
    private readonly Dictionary<string, UpstreamReport> _last = new(StringComparer.Ordinal);

    /// <summary>To be called before the servers are started: what happens from now on is printed until it is cancelled.</summary>
    public async Task FollowAsync(IUpstreamReports reports, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var report in reports.WatchAsync(cancellationToken)) Print(report);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The program stops, and so does what there is to tell.
        }
    }

    private void Print(UpstreamReport report)
    {
        if (_last.TryGetValue(report.Server, out var before) && before == report) return;
        _last[report.Server] = report;
        output.WriteLine(TerminalText.Clean($"  {report.Server.PadRight(_width)}  {report.State,-8}  {report.Detail}").TrimEnd());
    }
}
