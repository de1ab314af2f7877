using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// Keeps listening to one server's announcements that its lists have changed, and passes them on. What changed while nobody
/// listened is not announced again, so every new beginning counts as a change.
/// </summary>
internal sealed partial class ListWatch(string server, ListEars ears, StatusBoard board, ListChanges changes, TimeProvider time, ILogger logger)
{
    /// <summary>A server that declares announcements and has no stream for them is not asked all the time.</summary>
    private static readonly TimeSpan _afterRefusal = TimeSpan.FromMinutes(10);

    /// <summary>What <see cref="ListEars.Left"/> says.</summary>
    public ManagedSession? Left => ears.Left;

    public async Task RunAsync(CancellationToken stopping)
    {
        var backOff = new BackOff();
        try
        {
            while (true)
            {
                var status = await board.UntilAsync(static status => status.State == UpstreamState.Up && (status.Features & UpstreamFeatures.ListsChanged) != 0, stopping);
                var began = time.GetTimestamp();
                var end = await ears.ListenAsync(status, Hear, stopping);
                board.Learn(static current => current with { Announced = UpstreamFeatures.None });
                Ended(logger, server, end.Reason);
                await PauseAsync(end.IsRefused ? _afterRefusal : backOff.Next(time.GetElapsedTime(began)), stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    private void Hear(Announcement announcement)
    {
        if (announcement.Changed is { } list) changes.Publish(new ListChange(server, list));
        if (announcement.Acknowledged is not { } lists) return;
        board.Learn(current => current with { Announced = lists });
        changes.Publish(server, lists);
    }

    /// <summary>For so long, or until it goes down: once it is back it may be another server.</summary>
    private async Task PauseAsync(TimeSpan pause, CancellationToken stopping)
    {
        using var waking = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.Delay(pause, time, waking.Token), board.UntilAsync(static status => status.State != UpstreamState.Up, waking.Token));
        await waking.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Server} is no longer heard announcing changes of its lists: {Reason}")]
    private static partial void Ended(ILogger logger, string server, string reason);
}
