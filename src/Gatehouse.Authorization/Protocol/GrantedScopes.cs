using System.Collections.Immutable;
using Gatehouse.Core.Identity;
using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.Protocol;

/// <summary>What of the scopes that a client asks for it can have. Asking for others is no mistake: clients ask for openid, profile and the like by habit.</summary>
internal static class GrantedScopes
{
    /// <returns><c>mcp</c>, which is what a token is for, and <c>offline_access</c> if it was asked for.</returns>
    public static ImmutableArray<string> Of(IEnumerable<string> requested) =>
        requested.Contains(OpenIddictConstants.Scopes.OfflineAccess, StringComparer.Ordinal)
            ? [GatehouseScopes.Mcp, OpenIddictConstants.Scopes.OfflineAccess]
            : [GatehouseScopes.Mcp];

    /// <returns>The part of a grant that a refresh asks for; never more than the grant, and all of it if nothing in it is named.</returns>
    public static ImmutableArray<string> Narrow(ImmutableArray<string> granted, ImmutableArray<string> requested) =>
        granted.Where(scope => requested.Contains(scope, StringComparer.Ordinal)).ToImmutableArray() is var narrowed && narrowed.Contains(GatehouseScopes.Mcp)
            ? narrowed
            : granted;
}
