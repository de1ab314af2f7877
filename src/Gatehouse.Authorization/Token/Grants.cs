using Gatehouse.Core.Identity;
using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.Token;

/// <summary>Withdraws what a user granted to a client: every token that stands on it, the ones in circulation included.</summary>
internal sealed class Grants(IRevocations revocations, IOpenIddictAuthorizationManager authorizations, IOpenIddictTokenManager tokens)
{
    /// <summary>Not to be cancelled by a client that hangs up: whoever replays a token would do just that.</summary>
    public async Task WithdrawAsync(string grantId)
    {
        await revocations.RevokeAsync(grantId, CancellationToken.None);
        if (await authorizations.FindByIdAsync(grantId, CancellationToken.None) is { } grant) await authorizations.TryRevokeAsync(grant, CancellationToken.None);
        await tokens.RevokeByAuthorizationIdAsync(grantId, CancellationToken.None);
    }
}
