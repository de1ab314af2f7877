using Gatehouse.Core.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Upstreams;

internal static class UpstreamServices
{
    /// <summary>Every active server, kept up by a hosted service.</summary>
    public static IServiceCollection AddUpstreams(this IServiceCollection services, GatehouseSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<ListChanges>()
            .AddSingleton(provider => new UpstreamRegistry(
                settings,
                provider.GetRequiredService<ListChanges>(),
                provider.GetRequiredService<ISessionMessages>(),
                provider.GetRequiredService<ISessionRequests>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<UpstreamRegistry>>()))
            .AddSingleton<IUpstreams>(provider => provider.GetRequiredService<UpstreamRegistry>())
            .AddSingleton<IUpstreamReports>(provider => provider.GetRequiredService<UpstreamRegistry>())
            .AddHostedService(provider => provider.GetRequiredService<UpstreamRegistry>());
    }
}
