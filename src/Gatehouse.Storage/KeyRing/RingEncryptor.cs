using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Gatehouse.Storage.KeyRing;

/// <summary>Encrypts the keys of the ring before they are stored: AES-256-GCM under <see cref="EncryptionKey.RingKey"/>.</summary>
internal sealed class RingEncryptor(EncryptionKey key) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plaintext = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var sealedBytes = new byte[SealedKey.Overhead + plaintext.Length];
        using var aes = new AesGcm(key.RingKey, SealedKey.TagSize);
        SealedKey.Seal(aes, plaintext, sealedBytes);
        CryptographicOperations.ZeroMemory(plaintext);
        return new EncryptedXmlInfo(new XElement("sealedKey", Convert.ToBase64String(sealedBytes)), typeof(RingDecryptor));
    }
}

/// <summary>The other direction; Data Protection makes it by the type's name that stands in the ring.</summary>
internal sealed class RingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var sealedBytes = Convert.FromBase64String(encryptedElement.Value);
        var plaintext = new byte[Math.Max(0, sealedBytes.Length - SealedKey.Overhead)];
        using var aes = new AesGcm(services.GetRequiredService<EncryptionKey>().RingKey, SealedKey.TagSize);
        SealedKey.Open(aes, sealedBytes, plaintext);
        var element = XElement.Parse(Encoding.UTF8.GetString(plaintext));
        CryptographicOperations.ZeroMemory(plaintext);
        return element;
    }
}
