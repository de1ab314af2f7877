using Gatehouse.Authorization.Authorize;
using Gatehouse.Authorization.Clients;
using Gatehouse.Authorization.Discovery;
using Gatehouse.Authorization.Keys;
using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Authorization.Token;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Authorization;

/// <summary>The authorization server's two doors: what it adds to the services, and where it listens.</summary>
public static class AuthorizationServer
{
    public static IServiceCollection AddAuthorizationServer(this IServiceCollection services, GatehouseSettings settings) => services
        .AddSingleton(settings)
        .AddPages(settings)
        .AddProtocol(settings)
        .AddKeys()
        .AddDiscovery(settings)
        .AddClients()
        .AddAuthorize()
        .AddTokens();

    public static IEndpointRouteBuilder MapAuthorizationServer(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapProtocol()
            .MapDiscovery()
            .MapClients()
            .MapAuthorize()
            .MapTokens();
        return endpoints;
    }
}
