using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Authentication;

/// <summary>
/// Which web pages may talk to us: our own, and those served from the user's machine (the Inspector, for one). Anything else
/// is how DNS rebinding looks (MCP "Security warning" of Streamable HTTP).
/// </summary>
internal sealed class Origins(PublicEndpoints endpoints)
{
    /// <summary>A request without Origin comes from no web page.</summary>
    public bool Allows(HttpRequest request) => request.Headers.Origin.Count == 0 || (request.Headers.Origin is [{ } origin] && Allows(origin));

    public bool Allows(string origin) =>
        origin.Equals(endpoints.Root, StringComparison.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host: "localhost" or "127.0.0.1" or "[::1]" });
}
