namespace Gatehouse.Core.Identity;

/// <summary>
/// Grants withdrawn before their access tokens expired, and sessions ended before their ids did. Asked on each request, so it
/// answers from memory; what happens in another process is known here within a second.
/// </summary>
public interface IRevocations
{
    /// <summary>Called once for each that is new to this process, wherever it was withdrawn: handlers do what is quick and return.</summary>
    event Action<string>? Revoked;

    /// <param name="id">The token's <see cref="AccessTokenClaims.GrantId"/>, or the session's key.</param>
    bool IsRevoked(string id);

    /// <summary>Withdraws a grant for this process at once and for the others within a second, until its last access token has expired.</summary>
    Task RevokeAsync(string grantId, CancellationToken cancellationToken);

    /// <summary>The same for something that is good for another time.</summary>
    /// <param name="expiresAt">When it would have ended anyway.</param>
    Task RevokeAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellationToken);
}
