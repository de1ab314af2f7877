using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Gatehouse.Authorization.Keys;

/// <summary>One ES256 key, ready to sign.</summary>
/// <param name="SignsFrom">When it begins to sign.</param>
/// <param name="SecurityKey">The key pair; its id is the <c>kid</c>.</param>
internal sealed record SigningKey(DateTimeOffset SignsFrom, ECDsaSecurityKey SecurityKey)
{
    public string KeyId => SecurityKey.KeyId;

    public SigningCredentials Credentials { get; } = new(SecurityKey, SecurityAlgorithms.EcdsaSha256);

    /// <summary>A key that nobody has seen; its <c>kid</c> is the thumbprint of its public half (RFC 7638).</summary>
    public static SigningKey Create(DateTimeOffset signsFrom)
    {
        var key = new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return new SigningKey(signsFrom, key);
    }
}
