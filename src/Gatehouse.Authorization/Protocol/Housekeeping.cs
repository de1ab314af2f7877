using System.Data.Common;
using Gatehouse.Core.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.Protocol;

/// <summary>Removes tokens and grants that are of no use any more, hourly.</summary>
internal sealed partial class Housekeeping(IServiceScopeFactory scopes, GatehouseSettings settings, TimeProvider time, ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromHours(1);

    /// <summary>A spent refresh token is kept for as long as it would have been good: until then its reuse must be noticed.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        var threshold = time.GetUtcNow() - settings.Tokens.RefreshTokenLifetime;
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(threshold, cancellationToken);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(threshold, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryPruneAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task TryPruneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PruneAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or AggregateException or TimeoutException or IOException or InvalidOperationException)
        {
            Failing(failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Expired tokens could not be removed; the next attempt is in an hour: {Reason}")]
    private partial void Failing(string reason);
}
