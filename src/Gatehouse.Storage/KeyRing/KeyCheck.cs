using System.Security.Cryptography;
using Gatehouse.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.KeyRing;

/// <summary>
/// Compares our key with the one that the database belongs to. Without this, Data Protection would take a key ring that
/// it cannot read for an empty one and quietly begin another, and every session and signing key would be lost.
/// </summary>
internal static class KeyCheck
{
    public static async Task RunAsync(GatehouseContext context, EncryptionKey key, CancellationToken cancellationToken)
    {
        var fingerprint = key.Fingerprint;
        await context.Database.ExecuteSqlAsync(
            $"INSERT INTO key_check (id, fingerprint) VALUES ({KeyCheckRow.OnlyId}, {fingerprint}) ON CONFLICT DO NOTHING", cancellationToken);
        var stored = await context.KeyChecks.AsNoTracking().SingleAsync(cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(stored.Fingerprint, fingerprint))
        {
            throw new StorageException(
                "The encryption key is not the one this database was made with: give database.encryptionKey (with SQLite: the file gatehouse.key) the value it had before. Every process on one database needs the same.");
        }
    }
}
