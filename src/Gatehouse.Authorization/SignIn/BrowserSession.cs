using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.SignIn;

/// <inheritdoc/>
internal sealed class BrowserSession(IIdentityProvider provider, ISignInRules rules) : IBrowserSession
{
    public async Task<SignedInUser?> FindAsync(HttpContext http) =>
        await SessionCookie.ReadAsync(http) is { } user && rules.WhyRefused(user) is null ? user : null;

    public IResult SignIn(string returnPath) => new SignInStart(provider, returnPath, otherAccount: false);
}
