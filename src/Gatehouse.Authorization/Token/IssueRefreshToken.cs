using Gatehouse.Authorization.Clients;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gatehouse.Authorization.Token;

/// <summary>Refresh tokens go to every client that registered for them; OpenIddict would ask for the scope offline_access, which few clients send.</summary>
internal sealed class IssueRefreshToken(ClientRegistry clients) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ProcessSignInContext>()
        .UseScopedHandler<IssueRefreshToken>()
        .SetOrder(OpenIddictServerHandlers.EvaluateGeneratedTokens.Descriptor.Order + 500)
        .Build();

    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType is not OpenIddictServerEndpointType.Token || context.Request.ClientId is not { } clientId) return;
        context.GenerateRefreshToken = context.IncludeRefreshToken = await clients.RefreshesAsync(clientId, context.CancellationToken);
    }
}
