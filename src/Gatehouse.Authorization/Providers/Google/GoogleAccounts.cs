using Gatehouse.Authorization.Providers.Oidc;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Authorization.Providers.Google;

/// <summary>
/// Google Workspace: the account's hosted domain (<c>hd</c>) is the configured one, its address is verified and of that domain.
/// The address alone would not do: anybody can have a private Google account with an address of somebody's domain.
/// </summary>
internal sealed class GoogleAccounts(GoogleSettings settings) : IOpenIdAccounts, ISignInRules
{
    private readonly OpenIdSubjects _subjects = new(settings.Issuer);

    public static OpenIdClient Client(GoogleSettings settings) =>
        new(settings.Issuer, settings.ClientId, settings.ClientSecret, ["openid", "email", "profile"])
        {
            AuthorizationEndpoint = settings.AuthorizationEndpoint,
            TokenEndpoint = settings.TokenEndpoint,
            JwksUri = settings.JwksUri,
            Hints = new Dictionary<string, string> { ["hd"] = settings.Domain },
            Prompt = "select_account",
            OtherAccountPrompt = "select_account",
        };

    public AccountVerdict Judge(ProvenClaims claims)
    {
        if (claims.Single("sub") is not { } sub)
            return Refused("Google did not say which account this is.", "sub is missing", null, null);
        var subject = _subjects.Of(sub);
        if (claims.Email is not { } email)
            return Refused("Google did not say the account's e-mail address, and Gatehouse knows people by theirs.", "email is missing, ambiguous, or no address", subject, null);
        if (!claims.EmailVerified)
            return Refused($"Google has not verified that {email} is yours. Verify it in your Google account, then try again.", "email_verified is not true", subject, email);
        return claims.Single("hd") switch
        {
            null => Refused($"{email} is a private Google account. Sign in with your account of {settings.Domain}.", "hd is missing: not an account of a Workspace domain", subject, email),
            { } hd when !Same(hd, settings.Domain) => Refused($"{email} belongs to another organisation. Sign in with your account of {settings.Domain}.", "hd is not the configured domain", subject, email),
            _ => new AccountVerdict.User(new SignedInUser(subject, email, claims.Name, [])),
        };
    }

    public string? WhyRefused(SignedInUser user) =>
        _subjects.WhyForeign(user)
        ?? (Same(ProvenClaims.DomainOf(user.Email), settings.Domain) ? null : $"{user.Email} is not an address of {settings.Domain}.");

    private static bool Same(string domain, string other) => string.Equals(domain, other, StringComparison.OrdinalIgnoreCase);

    private static AccountVerdict.Refused Refused(string says, string reason, string? subject, string? email) =>
        new(SignInRefusal.NotLetIn(says, reason, subject, email));
}
