using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Authorization.Keys;

/// <summary>Keeps the ring up to date: before the first request, and every minute from then on.</summary>
internal sealed partial class SigningKeyRenewal(SigningKeyRing ring, TimeProvider time, ILogger<SigningKeyRenewal> logger) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ring.RenewAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RenewAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ring.RenewAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or TimeoutException or IOException or InvalidOperationException)
        {
            Failing(failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The signing keys cannot be renewed; the ones in memory go on signing: {Reason}")]
    private partial void Failing(string reason);
}
