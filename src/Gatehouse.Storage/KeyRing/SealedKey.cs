using System.Security.Cryptography;

namespace Gatehouse.Storage.KeyRing;

/// <summary>The bytes of one sealed key: nonce, tag, ciphertext. The nonce is random: a ring has a handful of keys, not 2³².</summary>
internal static class SealedKey
{
    public const int TagSize = 16;
    public const int Overhead = NonceSize + TagSize;

    private const int NonceSize = 12;

    public static void Seal(AesGcm aes, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var nonce = destination[..NonceSize];
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, plaintext, destination[Overhead..], destination[NonceSize..Overhead]);
    }

    /// <exception cref="CryptographicException">The bytes were changed, cut, or sealed with another key.</exception>
    public static void Open(AesGcm aes, ReadOnlySpan<byte> source, Span<byte> plaintext)
    {
        if (source.Length < Overhead) throw new CryptographicException("A key of the ring is cut short.");
        aes.Decrypt(source[..NonceSize], source[Overhead..], source[NonceSize..Overhead], plaintext);
    }
}
