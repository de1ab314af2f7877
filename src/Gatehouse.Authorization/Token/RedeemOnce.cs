using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gatehouse.Authorization.Token;

/// <summary>
/// Spends the code or refresh token before anything is issued for it. Stands where OpenIddict's own handler stood: of several
/// refreshes at the same moment that one lets all succeed, and a stolen refresh token would have a life of its own.
/// </summary>
internal sealed class RedeemOnce(IOpenIddictTokenManager tokens) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ProcessSignInContext>()
        .UseScopedHandler<RedeemOnce>()
        .SetOrder(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor.Order)
        .Build();

    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType is not OpenIddictServerEndpointType.Token) return;
        var tokenId = PresentedIn(context)?.GetTokenId() ?? throw new InvalidOperationException("Tokens are issued only for a code or a refresh token.");

        // Not cancelled: what was spent halfway is lost to the client either way.
        if (await tokens.FindByIdAsync(tokenId, CancellationToken.None) is not { } token
            || !await tokens.HasStatusAsync(token, Statuses.Valid, CancellationToken.None)
            || !await tokens.TryRedeemAsync(token, CancellationToken.None))
        {
            context.Reject(Errors.InvalidGrant, "The code or refresh token was used by another request at the same time.");
        }
    }

    private static ClaimsPrincipal? PresentedIn(ProcessSignInContext context)
    {
        var authentication = context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!);
        return context.Request.IsRefreshTokenGrantType() ? authentication?.RefreshTokenPrincipal : authentication?.AuthorizationCodePrincipal;
    }
}
