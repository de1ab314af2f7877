namespace Gatehouse.Authorization.Keys;

/// <summary>Where signing keys are kept, for every process that signs.</summary>
public interface ISigningKeyStore
{
    /// <summary>Every key that is kept, newest first.</summary>
    Task<IReadOnlyList<StoredSigningKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Adds a key unless another process added one since <paramref name="newestKnown"/> was read: one atomic statement.
    /// </summary>
    /// <param name="newestKnown">The <c>kid</c> of the newest key the caller saw; null if it saw none.</param>
    /// <returns>Whether the key was added.</returns>
    Task<bool> TryAddAsync(StoredSigningKey key, string? newestKnown, CancellationToken cancellationToken);

    /// <summary>Removes keys that no token in circulation can be signed with any more.</summary>
    Task RemoveAsync(IReadOnlyCollection<string> keyIds, CancellationToken cancellationToken);
}

/// <param name="KeyId">The <c>kid</c>.</param>
/// <param name="PublicJsonWebKey">The public half as a JWK (RFC 7517).</param>
/// <param name="ProtectedPrivateKey">The private half, encrypted with the key ring.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SignsFrom">When it begins to sign: later than its creation, so that every process publishes it first.</param>
public sealed record StoredSigningKey(
    string KeyId,
    string PublicJsonWebKey,
    byte[] ProtectedPrivateKey,
    DateTimeOffset CreatedAt,
    DateTimeOffset SignsFrom);
