using Gatehouse.Authorization.Keys;
using Gatehouse.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Keys;

internal sealed class SigningKeyStore(IDbContextFactory<GatehouseContext> contexts) : ISigningKeyStore
{
    public async Task<IReadOnlyList<StoredSigningKey>> ListAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.SigningKeys.AsNoTracking()
            .OrderByDescending(row => row.Generation)
            .Select(row => new StoredSigningKey(row.KeyId, row.PublicJsonWebKey, row.ProtectedPrivateKey, row.CreatedAt, row.SignsFrom))
            .ToListAsync(cancellationToken);
    }

    public async Task<bool> TryAddAsync(StoredSigningKey key, string? newestKnown, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);

        // Two processes that read the same newest key compute the same generation; its unique index lets one of them in.
        var added = await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO signing_keys (key_id, generation, public_jwk, protected_private_key, created_at, signs_from)
            SELECT {key.KeyId}, COALESCE((SELECT MAX(generation) FROM signing_keys), 0) + 1,
                   {key.PublicJsonWebKey}, {key.ProtectedPrivateKey}, {key.CreatedAt}, {key.SignsFrom}
            WHERE COALESCE((SELECT key_id FROM signing_keys ORDER BY generation DESC LIMIT 1), '') = {newestKnown ?? ""}
            ON CONFLICT DO NOTHING
            """,
            cancellationToken);
        return added == 1;
    }

    public async Task RemoveAsync(IReadOnlyCollection<string> keyIds, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.SigningKeys.Where(row => keyIds.Contains(row.KeyId)).ExecuteDeleteAsync(cancellationToken);
    }
}
