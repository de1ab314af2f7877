using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Authentication;

/// <summary>Tells a client how to get a token (RFC 6750 section 3, RFC 9728 section 5.1, MCP "Authorization").</summary>
internal sealed class Challenge(PublicEndpoints endpoints)
{
    /// <summary>401, for a request without a token or with one that is of no use here.</summary>
    public void Unauthorized(HttpResponse response, string? server, bool hadToken)
    {
        response.StatusCode = StatusCodes.Status401Unauthorized;
        response.Headers.WWWAuthenticate = hadToken
            ? $"Bearer error=\"invalid_token\", error_description=\"The access token is invalid, expired, or for another resource\", {Parameters(server)}"
            : $"Bearer {Parameters(server)}";
    }

    /// <summary>403, for a token that does not carry the scope.</summary>
    public void InsufficientScope(HttpResponse response, string? server)
    {
        response.StatusCode = StatusCodes.Status403Forbidden;
        response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", {Parameters(server)}";
    }

    private string Parameters(string? server) => $"resource_metadata=\"{endpoints.ResourceMetadata(server)}\", scope=\"{GatehouseScopes.Mcp}\"";
}
