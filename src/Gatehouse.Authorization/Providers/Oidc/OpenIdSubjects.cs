using Gatehouse.Authorization.SignIn;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>
/// Subjects as <c>{issuer}|{sub}</c>: a <c>sub</c> is unique at its issuer only (OpenID Connect Core section 2), and this way nobody
/// becomes somebody else, and no old session or grant lives on, when the configuration names another provider.
/// </summary>
internal sealed class OpenIdSubjects(Uri issuer)
{
    private readonly string _prefix = $"{OpenIdClient.NameOf(issuer.OriginalString)}|";

    public string Of(string sub) => _prefix + sub;

    public string? WhyForeign(SignedInUser user) =>
        user.Subject.StartsWith(_prefix, StringComparison.Ordinal) ? null : $"{user.Email} signed in at a provider that is no longer the configured one.";
}
