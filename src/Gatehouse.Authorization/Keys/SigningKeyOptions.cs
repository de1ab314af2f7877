using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Gatehouse.Authorization.Keys;

/// <summary>Gives the ring to OpenIddict, which publishes and accepts every key in it, and again whenever it changes.</summary>
internal sealed class SigningKeyOptions(SigningKeyRing ring) : IConfigureOptions<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictServerOptions>
{
    /// <summary>
    /// OpenIddict does not start without an encryption key, but nothing of ours is encrypted with it: access tokens are only
    /// signed, and Data Protection's ring encrypts codes and refresh tokens. So nobody else may know it, and nobody keeps it.
    /// </summary>
    private readonly EncryptingCredentials _unused = new(
        new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512);

    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => ring.Changed;

    public void Configure(OpenIddictServerOptions options)
    {
        options.SigningCredentials.AddRange(ring.Keys.Select(key => key.Credentials));
        options.EncryptionCredentials.Add(_unused);
    }
}
