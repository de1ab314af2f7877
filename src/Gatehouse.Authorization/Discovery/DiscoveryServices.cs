using Gatehouse.Authorization.Protocol;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Authorization.Discovery;

internal static class DiscoveryServices
{
    /// <summary>Every place where some client looks for the authorization server's metadata; the documents are the same.</summary>
    private static readonly string[] _metadataPaths =
    [
        // RFC 8414 section 3.1, and the root, where revision 2025-03-26 looks.
        "/.well-known/oauth-authorization-server/oauth",
        "/.well-known/oauth-authorization-server",

        // Clients that take the MCP endpoint for the issuer.
        "/.well-known/oauth-authorization-server/mcp",

        // OpenID Connect Discovery, with the path appended and inserted.
        "/oauth/.well-known/openid-configuration",
        "/oauth/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration/oauth",
        "/.well-known/openid-configuration",
    ];

    public static IServiceCollection AddDiscovery(this IServiceCollection services, GatehouseSettings settings)
    {
        var ofServers = settings.EndpointNames.Select(name => $"/.well-known/oauth-authorization-server/mcp/{name}");
        services.AddOpenIddict().AddServer(server => server
            .SetConfigurationEndpointUris([.. _metadataPaths.Concat(ofServers).Select(Relative)])
            .SetJsonWebKeySetEndpointUris("oauth/jwks")
            .AddEventHandler(CompleteMetadata.Descriptor));
        return services.AddSingleton<ProtectedResourceEndpoint>();
    }

    public static IEndpointRouteBuilder MapDiscovery(this IEndpointRouteBuilder endpoints)
    {
        foreach (var path in (string[])[.. _metadataPaths, "/.well-known/oauth-authorization-server/mcp/{server}", "/oauth/jwks"])
        {
            endpoints.MapOpen(HttpMethods.Get, path, ProtocolEndpoints.NotPassedOn).WithOpenIddict();
        }

        foreach (var path in (string[])["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource/mcp/{server}"])
        {
            endpoints.MapOpen(HttpMethods.Get, path, (ProtectedResourceEndpoint endpoint, string? server) => endpoint.Handle(server));
        }

        return endpoints;
    }

    private static string Relative(string path) => path[1..];
}
