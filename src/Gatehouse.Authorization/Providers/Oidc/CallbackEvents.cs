using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>What happens when the browser leaves for the provider and when it comes back: every end of it leads to <see cref="Admission"/>.</summary>
internal sealed class CallbackEvents(GatehouseSettings settings, IOpenIdAccounts accounts, Admission admission, TimeProvider time) : OpenIdConnectEvents
{
    private readonly string _redirectUri = new PublicEndpoints(settings.PublicUrl).Root + OpenIdConnectSetup.CallbackPath;

    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        context.ProtocolMessage.RedirectUri = _redirectUri; // the framework's own would follow the Host header
        return Task.CompletedTask;
    }

    /// <summary>The cookies' own expiry binds honest browsers only.</summary>
    public override Task MessageReceived(MessageReceivedContext context)
    {
        if (context.Properties?.IssuedUtc is { } issued && time.GetUtcNow() - issued > OpenIdConnectSetup.Patience) context.Fail("The sign-in took too long.");
        return Task.CompletedTask;
    }

    /// <summary>The last event, after every check of the protocol; before it the nonce is not yet compared.</summary>
    public override async Task TicketReceived(TicketReceivedContext context)
    {
        context.HandleResponse();
        var http = context.HttpContext;
        if (!LocalPath.TryParse(context.ReturnUri, out var returnPath))
        {
            await RespondAsync(http, await admission.RefuseAsync(http, CallbackRefusals.NotOurs("the state names no way back")));
            return;
        }

        var result = accounts.Judge(new ProvenClaims(context.Principal!)) switch
        {
            AccountVerdict.User user => await admission.AdmitAsync(http, user.Proven, returnPath, http.RequestAborted),
            AccountVerdict.Refused refused => await admission.RefuseAsync(http, refused.Refusal with { ReturnPath = returnPath }),
            var other => throw new InvalidOperationException($"{other} is neither in nor out."),
        };
        await RespondAsync(http, result);
    }

    public override async Task AccessDenied(AccessDeniedContext context)
    {
        context.HandleResponse();
        await RefuseAsync(context.HttpContext, CallbackRefusals.Denied, context.Properties);
    }

    public override async Task RemoteFailure(RemoteFailureContext context)
    {
        context.HandleResponse();
        var refusal = CallbackRefusals.Of(context.Failure, context.HttpContext.RequestAborted.IsCancellationRequested);
        await RefuseAsync(context.HttpContext, refusal, context.Failure is AuthenticationFailureException ? null : context.Properties);
    }

    private async Task RefuseAsync(HttpContext http, SignInRefusal refusal, AuthenticationProperties? state)
    {
        LocalPath? returnPath = LocalPath.TryParse(state?.RedirectUri, out var path) ? path : null;
        await RespondAsync(http, await admission.RefuseAsync(http, refusal with { ReturnPath = returnPath }));
    }

    private static Task RespondAsync(HttpContext http, IResult result) => result.ExecuteAsync(http);
}
