using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>How the framework's handler is to talk to the provider: code flow, PKCE, nonce, state bound to the browser, no token kept.</summary>
internal sealed class OpenIdConnectSetup(OpenIdClient client, ProviderConnection connection, GatehouseSettings settings)
    : IConfigureNamedOptions<OpenIdConnectOptions>
{
    public const string Scheme = "gatehouse-provider";
    public const string CallbackPath = "/auth/callback";

    /// <summary>How long one has for signing in at the provider.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public void Configure(OpenIdConnectOptions options) => Configure(Scheme, options);

    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (name != Scheme) return;
        Request(options);
        Answer(options);
        options.ConfigurationManager = ProviderMetadata.Manager(client, connection);
        options.Backchannel = connection.Client;
        options.RequireHttpsMetadata = client.Issuer.Scheme == Uri.UriSchemeHttps;
        options.EventsType = typeof(CallbackEvents);
        options.SignInScheme = SessionCookie.Scheme;
        options.RemoteSignOutPath = default;
        options.SignedOutCallbackPath = default;
        options.CorrelationCookie = new BrowserCookie(settings.PublicUrl, "gatehouse-state.", Patience);
        options.NonceCookie = new BrowserCookie(settings.PublicUrl, "gatehouse-nonce.", Patience);
    }

    private void Request(OpenIdConnectOptions options)
    {
        options.ClientId = client.ClientId;
        options.ClientSecret = client.ClientSecret;
        options.CallbackPath = CallbackPath;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query; // a form post would come without our SameSite=Lax cookies
        options.UsePkce = true;
        options.Prompt = client.Prompt;
        options.DisableTelemetry = true;
        options.Scope.Clear();
        foreach (var scope in client.Scopes) options.Scope.Add(scope);
        foreach (var (hint, value) in client.Hints) options.AdditionalAuthorizationParameters[hint] = value;
    }

    private void Answer(OpenIdConnectOptions options)
    {
        options.SaveTokens = false;
        options.TokenHandler = new SignedTokens();
        options.TokenValidationParameters.ValidAlgorithms = SignedTokens.Algorithms;
        options.TokenValidationParameters.NameClaimType = "name";
        options.GetClaimsFromUserInfoEndpoint = client.UserInfoClaims.Count > 0;
        foreach (var claim in client.UserInfoClaims) options.ClaimActions.MapJsonKey(claim, claim);
    }
}
