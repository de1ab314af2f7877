using Gatehouse.Authorization.Providers;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Authorization;

/// <summary>The authorization server's two doors: what it adds to the services, and where it listens.</summary>
public static class AuthorizationServer
{
    public static IServiceCollection AddAuthorizationServer(this IServiceCollection services, GatehouseSettings settings) => services
        .AddSingleton(settings)
        .AddSignIn(settings);

    public static IEndpointRouteBuilder MapAuthorizationServer(this IEndpointRouteBuilder endpoints) => endpoints
        .MapSignIn();
}
