namespace Gatehouse.Core.Identity;

/// <summary>The public halves of the keys that sign our access tokens: the wall between who signs and who checks.</summary>
public interface IVerificationKeys
{
    /// <summary>Every key that a token still in circulation may be signed with.</summary>
    ValueTask<IReadOnlyList<VerificationKey>> GetAsync(CancellationToken cancellationToken);
}

/// <param name="KeyId">The <c>kid</c> of the JOSE header.</param>
/// <param name="JsonWebKey">The public key as one JWK object (RFC 7517), without private members.</param>
public sealed record VerificationKey(string KeyId, string JsonWebKey);
