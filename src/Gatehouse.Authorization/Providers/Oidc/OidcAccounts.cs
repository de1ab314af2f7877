using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>Any provider: a verified e-mail address in one of the allowed domains, and groups from a claim.</summary>
internal sealed class OidcAccounts(OidcSettings settings) : IOpenIdAccounts, ISignInRules
{
    private readonly HashSet<string> _domains = [.. settings.AllowedDomains.Select(domain => domain.ToLowerInvariant())];
    private readonly OpenIdSubjects _subjects = new(settings.Issuer);

    public static OpenIdClient Client(OidcSettings settings) => new(settings.Issuer, settings.ClientId, settings.ClientSecret, settings.Scopes)
    {
        OtherAccountPrompt = "login", // select_account is better, and optional: many providers refuse it
        UserInfoClaims = ["email", "email_verified", "name", .. settings.GroupsClaim is { } groups ? [groups] : Array.Empty<string>()],
    };

    public AccountVerdict Judge(ProvenClaims claims)
    {
        if (claims.Single("sub") is not { } sub)
            return Refused("The sign-in service did not say which account this is.", "sub is missing", null, null);
        var subject = _subjects.Of(sub);
        if (claims.Email is not { } email)
            return Refused("This account has no e-mail address, and Gatehouse knows people by theirs.", "email is missing, ambiguous, or no address", subject, null);
        if (!claims.EmailVerified)
            return Refused($"The sign-in service has not verified that {email} is yours. Verify it there, then try again.", "email_verified is not true", subject, email);
        var groups = settings.GroupsClaim is { } type ? claims.All(type) : [];
        return new AccountVerdict.User(new SignedInUser(subject, email, claims.Name, groups));
    }

    public string? WhyRefused(SignedInUser user) =>
        _subjects.WhyForeign(user)
        ?? (_domains.Contains(ProvenClaims.DomainOf(user.Email)) ? null : $"{user.Email} is not in a domain that may sign in here.");

    private static AccountVerdict.Refused Refused(string says, string reason, string? subject, string? email) =>
        new(SignInRefusal.NotLetIn(says, reason, subject, email));
}
