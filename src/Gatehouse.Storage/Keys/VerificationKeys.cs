using Gatehouse.Core.Identity;
using Gatehouse.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Keys;

/// <summary>
/// The public halves, straight from the table. Callers ask when they meet a key they do not know, which anybody can make
/// them do, so the table is read at most once a second.
/// </summary>
internal sealed class VerificationKeys(IDbContextFactory<GatehouseContext> contexts, TimeProvider time) : IVerificationKeys, IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Snapshot? _snapshot;

    public async ValueTask<IReadOnlyList<VerificationKey>> GetAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known) return known.Keys;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } justRead) return justRead.Keys;
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            var keys = await context.SigningKeys.AsNoTracking()
                .OrderByDescending(row => row.Generation)
                .Select(row => new VerificationKey(row.KeyId, row.PublicJsonWebKey))
                .ToListAsync(cancellationToken);
            _snapshot = new Snapshot(keys, time.GetTimestamp());
            return keys;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private Snapshot? Fresh() => _snapshot is { } snapshot && time.GetElapsedTime(snapshot.ReadAt) < _interval ? snapshot : null;

    private sealed record Snapshot(IReadOnlyList<VerificationKey> Keys, long ReadAt);
}
