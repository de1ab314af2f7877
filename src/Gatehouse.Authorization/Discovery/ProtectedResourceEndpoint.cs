using System.Text.Json.Serialization;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Discovery;

/// <summary>Protected-resource metadata (RFC 9728): where a client that was answered 401 learns which authorization server to ask.</summary>
internal sealed class ProtectedResourceEndpoint(PublicEndpoints endpoints, ProtectedResources resources)
{
    /// <param name="server">What stands behind <c>/mcp/</c>, a server or a virtual one; null for <c>/mcp</c>.</param>
    public IResult Handle(string? server)
    {
        if (server is not null && !resources.EndpointNames.Contains(server, StringComparer.Ordinal)) return Results.NotFound();
        return Results.Json(new ProtectedResourceMetadata(
            endpoints.Resource(server),
            [endpoints.Issuer],
            [GatehouseScopes.Mcp],
            ["header"],
            server is null ? "Gatehouse" : $"Gatehouse: {server}"));
    }
}

internal sealed record ProtectedResourceMetadata(
    [property: JsonPropertyName("resource")] string Resource,
    [property: JsonPropertyName("authorization_servers")] IReadOnlyList<string> AuthorizationServers,
    [property: JsonPropertyName("scopes_supported")] IReadOnlyList<string> ScopesSupported,
    [property: JsonPropertyName("bearer_methods_supported")] IReadOnlyList<string> BearerMethodsSupported,
    [property: JsonPropertyName("resource_name")] string ResourceName);
