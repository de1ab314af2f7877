using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.Clients;

/// <summary>What a client registers (RFC 7591 section 2), after the parts that we do not offer were left out.</summary>
/// <param name="ClientName">As the client calls itself; nobody checked it.</param>
/// <param name="RedirectUris">At least one, each fit to be redirected to.</param>
/// <param name="GrantTypes">authorization_code, and refresh_token unless the client does not want it.</param>
/// <param name="AuthenticationMethod">none, client_secret_post or client_secret_basic.</param>
/// <param name="ApplicationType">web or native.</param>
/// <param name="Scopes">What the client means to ask for; null if it did not say.</param>
internal sealed record ClientMetadata(
    string? ClientName,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> GrantTypes,
    string AuthenticationMethod,
    string ApplicationType,
    IReadOnlyList<string>? Scopes)
{
    public bool WantsSecret => AuthenticationMethod != OpenIddictConstants.ClientAuthenticationMethods.None;

    public bool WantsRefresh => GrantTypes.Contains(OpenIddictConstants.GrantTypes.RefreshToken);
}
