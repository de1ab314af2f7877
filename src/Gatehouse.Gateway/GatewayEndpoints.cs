using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Gateway;

/// <summary>The gateway's two doors: what it adds to the services, and where it listens.</summary>
public static class GatewayEndpoints
{
    public static IServiceCollection AddGateway(this IServiceCollection services, GatehouseSettings settings) => services
        .AddSingleton(settings)
        .AddUpstreams(settings);

    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder endpoints) => endpoints;
}
