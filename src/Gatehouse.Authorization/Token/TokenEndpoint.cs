using System.Security.Claims;
using Gatehouse.Authorization.Clients;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Identity;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Gatehouse.Authorization.Token;

/// <summary>What a code or a refresh token is exchanged for, once OpenIddict found it good: client, verifier, redirect URI, single use.</summary>
internal sealed class TokenEndpoint(ISignInRules rules, ClientRegistry clients, ProtectedResources resources, Grants grants)
{
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var request = http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict passes on only requests that it has read.");
        var presented = (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal
            ?? throw new InvalidOperationException("OpenIddict passes on only codes and refresh tokens that it found good.");
        var grantId = presented.GetAuthorizationId() ?? throw new InvalidOperationException("Every code and refresh token stands on a grant.");

        if (UserClaims.Read(presented) is not { } user) return Refuse(Errors.InvalidGrant, "The token names no user.");
        if (request.GetResources() is { Length: > 0 } wanted && resources.FindOne(wanted) != presented.GetResources().Single())
            return Refuse(Errors.InvalidTarget, "The resource is not the one that the user allowed.");
        if (rules.WhyRefused(user) is { } reason)
        {
            await grants.WithdrawAsync(grantId);
            return Refuse(Errors.InvalidGrant, $"The user is not let in any more: {reason}");
        }

        var principal = UserClaims.Write(user)
            .SetScopes(presented.GetScopes())
            .SetResources(presented.GetResources())
            .SetClaim(AccessTokenClaims.ClientName, await clients.NameOfAsync(request.ClientId, cancellationToken))
            .SetClaim(AccessTokenClaims.GrantId, grantId);
        principal.SetDestinations(static _ => [Destinations.AccessToken]);

        // The grant stays whole, and so does the next refresh token (RFC 6749 section 6): OpenIddict leaves out of this one access
        // token what is not named here, and would leave out everything where only unknown scopes are named.
        request.Scope = NarrowerOf(request, presented);
        return Results.SignIn(principal, null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    /// <returns>The scopes that a refresh asks for, of those that were granted; null for all.</returns>
    private static string? NarrowerOf(OpenIddictRequest request, ClaimsPrincipal presented) =>
        request.IsRefreshTokenGrantType() && request.GetScopes() is { Length: > 0 } wanted
            ? string.Join(' ', GrantedScopes.Narrow(presented.GetScopes(), wanted))
            : null;

    private static IResult Refuse(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
}
