using System.Data.Common;

namespace Gatehouse.Storage.Revocation;

/// <summary>
/// Looks for other processes' revocations twice a second: one indexed read of a table that is nearly always empty. Polling
/// needs no connection that may break unnoticed, and works through any pooler.
/// </summary>
internal sealed partial class RevocationFeed(Revocations revocations, TimeProvider time, ILogger<RevocationFeed> logger) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);

    /// <summary>What was withdrawn before the start counts from the first request on.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await revocations.CatchUpAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pruned = time.GetTimestamp();
        var failing = false;
        using var timer = new PeriodicTimer(_interval, time);
        while (await WaitAsync(timer, stoppingToken))
        {
            try
            {
                await revocations.CatchUpAsync(stoppingToken);
                if (time.GetElapsedTime(pruned) >= _pruneInterval)
                {
                    await revocations.ForgetExpiredAsync(stoppingToken);
                    pruned = time.GetTimestamp();
                }

                if (failing) Recovered();
                failing = false;
            }
            catch (Exception failure) when (failure is DbException or TimeoutException or IOException or InvalidOperationException)
            {
                if (!failing) Failing(failure.Message);
                failing = true;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Other processes' revocations cannot be read, and are not known here until they can: {Reason}")]
    private partial void Failing(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Other processes' revocations can be read again")]
    private partial void Recovered();
}
