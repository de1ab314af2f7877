using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Gatehouse.Authorization.Token;

/// <summary>
/// A code or a refresh token that is used twice is in two hands, and one of them is a thief's (RFC 9700 sections 2.1.1 and
/// 4.14). OpenIddict then revokes the tokens in its table; the access tokens in circulation are ours to withdraw.
/// </summary>
internal sealed class WithdrawOnReplay(IOpenIddictTokenManager tokens, Grants grants) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ValidateTokenContext>()
        .AddFilter<OpenIddictServerHandlerFilters.RequireTokenIdResolved>()
        .UseScopedHandler<WithdrawOnReplay>()
        .SetOrder(ValidateTokenEntry.Descriptor.Order - 500)
        .Build();

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        TokenOwner.Set(context.Transaction, context.Principal);
        if (context.AuthorizationId is { Length: > 0 } grantId
            && await tokens.FindByIdAsync(context.TokenId!, context.CancellationToken) is { } token
            && await tokens.HasStatusAsync(token, Statuses.Redeemed, context.CancellationToken))
        {
            await grants.WithdrawAsync(grantId);
        }
    }
}
