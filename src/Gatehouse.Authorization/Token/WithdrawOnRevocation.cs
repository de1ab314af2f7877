using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Revocation;

namespace Gatehouse.Authorization.Token;

/// <summary>A revoked token takes its grant with it (RFC 7009 section 2.1), whichever kind of token it is.</summary>
internal sealed class WithdrawOnRevocation(Grants grants) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<HandleRevocationRequestContext>()
        .UseScopedHandler<WithdrawOnRevocation>()
        .SetOrder(RevokeToken.Descriptor.Order - 500)
        .Build();

    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        if (context.GenericTokenPrincipal.GetAuthorizationId() is { Length: > 0 } grantId) await grants.WithdrawAsync(grantId);
    }
}
