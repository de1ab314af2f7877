using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Authentication;

namespace Gatehouse.Authorization.Clients;

/// <summary>
/// Stands where OpenIddict's own check stood. That one compares parsed URIs when ports are free, so that
/// <c>http://127.1/</c> passes for 127.0.0.1 and <c>/a/../callback</c> for /callback; ours compares what is written.
/// </summary>
internal sealed class ValidateRedirect(ClientRegistry clients) : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ValidateAuthorizationRequestContext>()
        .UseScopedHandler<ValidateRedirect>()
        .SetOrder(ValidateClientRedirectUri.Descriptor.Order)
        .Build();

    public async ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        if (string.IsNullOrEmpty(context.RedirectUri)) context.Reject(OpenIddictConstants.Errors.InvalidRequest, "The request has no redirect_uri.");
        else if (!await clients.AllowsAsync(context.ClientId, context.RedirectUri, context.CancellationToken))
            context.Reject(OpenIddictConstants.Errors.InvalidRequest, "The client did not register this redirect_uri.");
    }
}
