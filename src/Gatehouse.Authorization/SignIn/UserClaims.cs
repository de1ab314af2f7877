using System.Security.Claims;
using System.Text.Json;
using Gatehouse.Core.Identity;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.SignIn;

/// <summary>A user as claims, for codes, refresh tokens and access tokens; and back.</summary>
internal static class UserClaims
{
    public static ClaimsPrincipal Write(SignedInUser user)
    {
        var identity = new ClaimsIdentity("gatehouse", AccessTokenClaims.Name, roleType: null);
        identity.SetClaim(AccessTokenClaims.Subject, user.Subject)
            .SetClaim(AccessTokenClaims.Email, user.Email)
            .SetClaim(AccessTokenClaims.Name, user.Name);

        // An array also for one group or none: a list of claims would become a plain string or vanish.
        identity.AddClaim(new Claim(AccessTokenClaims.Groups, JsonSerializer.Serialize(user.Groups), JsonClaimValueTypes.JsonArray));
        return new ClaimsPrincipal(identity);
    }

    /// <returns>The user; null if the principal does not name one.</returns>
    public static SignedInUser? Read(ClaimsPrincipal principal)
    {
        if (principal.GetClaim(AccessTokenClaims.Subject) is not { } subject || principal.GetClaim(AccessTokenClaims.Email) is not { } email) return null;
        var groups = principal.GetClaim(AccessTokenClaims.Groups) is { } json ? JsonSerializer.Deserialize<string[]>(json) ?? [] : [];
        return new SignedInUser(subject, email, principal.GetClaim(AccessTokenClaims.Name), groups);
    }
}
