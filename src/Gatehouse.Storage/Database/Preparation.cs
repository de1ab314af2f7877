using System.Data.Common;
using System.Net.Sockets;
using Gatehouse.Storage.KeyRing;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Database;

/// <summary>Makes the database ready, one process at a time: its tables, and that the encryption key is the one it was made with.</summary>
internal sealed class Preparation(IDatabase database, IDbContextFactory<GatehouseContext> contexts, EncryptionKey key)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var held = await database.LockAsync(cancellationToken);
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            await MigrateAsync(context, cancellationToken);
            await KeyCheck.RunAsync(context, key, cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or SocketException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            throw database.Explain(failure);
        }
    }

    private static async Task MigrateAsync(GatehouseContext context, CancellationToken cancellationToken)
    {
        var known = context.Database.GetMigrations().ToList();
        var applied = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        if (applied.Except(known).Max() is { } newer)
        {
            throw new StorageException(
                $"The database was made ready by a newer Gatehouse (it has {newer}, this program knows up to {known[^1]}): start that version or a later one, or restore a backup from before.");
        }

        if (applied.Count < known.Count) await context.Database.MigrateAsync(cancellationToken);
    }
}
