using System.Collections.Frozen;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Authorization.Protocol;

/// <summary>The MCP endpoints that a token can be for (RFC 8707).</summary>
internal sealed class ProtectedResources(GatehouseSettings settings, PublicEndpoints endpoints)
{
    private readonly FrozenSet<string> _known = settings.EndpointNames
        .Select(endpoints.Resource)
        .Append(endpoints.Resource(null))
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What a client means that names no resource: revision 2025-03-26 knew none.</summary>
    public string Default => endpoints.Resource(null);

    /// <summary>What may stand behind <c>/mcp/</c>: servers, and virtual ones.</summary>
    public IEnumerable<string> EndpointNames => settings.EndpointNames;

    /// <returns>The resource as we write it, or null if it is none of ours. Scheme and host in any case and one trailing slash are the same resource.</returns>
    public string? Find(string resource)
    {
        if (!Uri.TryCreate(resource, UriKind.Absolute, out var uri) || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0) return null;
        var path = uri.AbsolutePath.EndsWith('/') ? uri.AbsolutePath[..^1] : uri.AbsolutePath;
        return _known.TryGetValue(uri.GetLeftPart(UriPartial.Authority) + path, out var known) ? known : null;
    }

    /// <summary>One resource out of those that a request names; a token is for exactly one.</summary>
    /// <returns>The resource; null if one is unknown, or if they are several.</returns>
    public string? FindOne(IEnumerable<string?> resources)
    {
        var found = resources.Select(resource => resource is null ? null : Find(resource)).Distinct(StringComparer.Ordinal).ToList();
        return found.Count switch
        {
            0 => Default,
            1 => found[0],
            _ => null,
        };
    }
}
