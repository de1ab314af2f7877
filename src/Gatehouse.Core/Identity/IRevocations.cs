namespace Gatehouse.Core.Identity;

/// <summary>
/// Grants withdrawn before their access tokens expired. Asked on each request, so it answers from memory;
/// what happens in another process is known here within a second.
/// </summary>
public interface IRevocations
{
    /// <param name="grantId">The token's <see cref="AccessTokenClaims.GrantId"/>.</param>
    bool IsRevoked(string grantId);

    /// <summary>Withdraws a grant for this process at once and for the others within a second.</summary>
    Task RevokeAsync(string grantId, CancellationToken cancellationToken);
}
