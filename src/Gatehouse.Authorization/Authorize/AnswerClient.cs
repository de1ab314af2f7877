using Gatehouse.Authorization.Clients;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Authentication;

namespace Gatehouse.Authorization.Authorize;

/// <summary>
/// Sends errors to the client that waits for them. OpenIddict shows whatever fails its validation as a page, and a client on a
/// command line then waits until it gives up. The redirect URI is checked again here, by itself: nothing else of a refused
/// request can be relied on.
/// </summary>
internal sealed class AnswerClient(ClientRegistry clients) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ApplyAuthorizationResponseContext>()
        .UseScopedHandler<AnswerClient>()
        .SetOrder(InferResponseMode.Descriptor.Order + 500)
        .Build();

    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (string.IsNullOrEmpty(context.Response.Error)) return;

        // It points at OpenIddict's documentation, which is not the client's.
        context.Response.ErrorUri = null;
        if (!string.IsNullOrEmpty(context.RedirectUri) || context.Request is not { } request) return;
        if (!await clients.AllowsAsync(request.ClientId, request.RedirectUri, context.CancellationToken)) return;
        context.RedirectUri = request.RedirectUri;

        // The one mode that there is, whatever the request asked for.
        context.ResponseMode = OpenIddictConstants.ResponseModes.Query;
    }
}
