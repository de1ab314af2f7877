using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;

namespace Gatehouse.Authorization.Keys;

/// <summary>How a key is kept: the public half as a JWK, the private half encrypted with the key ring.</summary>
internal sealed class SigningKeyFormat(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Gatehouse.SigningKeys");

    public StoredSigningKey Store(SigningKey key, DateTimeOffset createdAt)
    {
        var privateKey = key.SecurityKey.ECDsa.ExportPkcs8PrivateKey();
        try
        {
            return new StoredSigningKey(key.KeyId, PublicHalf(key.SecurityKey), _protector.Protect(privateKey), createdAt, key.SignsFrom);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    public SigningKey Load(StoredSigningKey stored)
    {
        var privateKey = _protector.Unprotect(stored.ProtectedPrivateKey);
        try
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(privateKey, out _);
            return new SigningKey(stored.SignsFrom, new ECDsaSecurityKey(key) { KeyId = stored.KeyId });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    private static string PublicHalf(ECDsaSecurityKey key)
    {
        var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
            ["kid"] = key.KeyId,
            ["alg"] = SecurityAlgorithms.EcdsaSha256,
            ["use"] = "sig",
        });
    }
}
