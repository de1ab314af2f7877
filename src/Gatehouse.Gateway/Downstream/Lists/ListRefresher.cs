using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>
/// Asks anew for lists that are in use and about to be too old, so that nobody waits for them. What nobody wants is not asked
/// for: a lifetime is no order to poll (2026-07-28, "Caching").
/// </summary>
internal sealed partial class ListRefresher(ILogger<ListRefresher> logger) : BackgroundService
{
    private const int AtOnce = 8;

    // Bounded: what finds no room is asked for by whoever wants it next.
    private readonly Channel<Func<Task>> _due = Channel.CreateBounded<Func<Task>>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <param name="ask">Asks for one list.</param>
    public void Add(Func<Task> ask) => _due.Writer.TryWrite(ask);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken };
        try
        {
            await Parallel.ForEachAsync(_due.Reader.ReadAllAsync(stoppingToken), options, async (ask, cancellationToken) => await RefreshAsync(ask, cancellationToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>A bug in asking for one list ends that, not the care for the others.</summary>
    private async Task RefreshAsync(Func<Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await ask().WaitAsync(cancellationToken);
        }
        catch (Exception bug) when (!cancellationToken.IsCancellationRequested)
        {
            NotRefreshed(bug);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A list could not be asked for anew")]
    private partial void NotRefreshed(Exception bug);
}
