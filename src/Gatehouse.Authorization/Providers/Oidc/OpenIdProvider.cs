using Gatehouse.Authorization.SignIn;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>An OpenID provider, Google or any other: the browser is sent there and comes back to <c>/auth/callback</c>.</summary>
internal sealed class OpenIdProvider(
    OpenIdClient client, IOptionsMonitor<OpenIdConnectOptions> options, Admission admission, TimeProvider time) : IIdentityProvider
{
    public async Task<IResult> StartAsync(HttpContext http, LocalPath returnPath, bool otherAccount, CancellationToken cancellationToken)
    {
        try
        {
            await options.Get(OpenIdConnectSetup.Scheme).ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return await admission.RefuseAsync(http, CallbackRefusals.Unreachable(failure));
        }

        var properties = new OpenIdConnectChallengeProperties { RedirectUri = returnPath.ToString(), IssuedUtc = time.GetUtcNow() };
        if (otherAccount) properties.Prompt = client.OtherAccountPrompt;
        return Results.Challenge(properties, [OpenIdConnectSetup.Scheme]);
    }
}
