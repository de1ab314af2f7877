using System.Security.Cryptography;

namespace Gatehouse.Storage.KeyRing;

/// <summary>The 32 bytes that everything encrypted at rest hangs on. Used only through keys derived from it (RFC 5869).</summary>
internal sealed class EncryptionKey
{
    public const int Size = 32;

    private readonly byte[] _key;

    public EncryptionKey(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Size);
        _key = key.ToArray();
    }

    /// <summary>What stands in the database to recognise the key by; says nothing about it.</summary>
    public byte[] Fingerprint => Derive("gatehouse fingerprint v1"u8);

    /// <summary>The AES-256 key for the key ring.</summary>
    public byte[] RingKey => Derive("gatehouse key ring v1"u8);

    /// <summary>Reads <c>database.encryptionKey</c>.</summary>
    public static EncryptionKey Parse(string base64)
    {
        Span<byte> key = stackalloc byte[Size + 1];
        if (!Convert.TryFromBase64String(base64, key, out var length) || length != Size)
            throw new StorageException("database.encryptionKey must be 32 random bytes in base64: `openssl rand -base64 32` makes them.");
        return new EncryptionKey(key[..Size]);
    }

    private byte[] Derive(ReadOnlySpan<byte> purpose)
    {
        var derived = new byte[Size];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, derived, purpose);
        return derived;
    }
}
