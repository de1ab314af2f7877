using System.Collections.Concurrent;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Revocation;

/// <summary>The withdrawn grants and ended sessions, in memory for whoever asks and in the table for the other processes.</summary>
internal sealed class Revocations(IDbContextFactory<GatehouseContext> contexts, GatehouseSettings settings, TimeProvider time) : IRevocations
{
    /// <summary>How far the clocks of two processes may differ before one overlooks the other's revocation.</summary>
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _expiryByGrant = new(StringComparer.Ordinal);
    private DateTimeOffset _readUpTo = DateTimeOffset.MinValue;

    public event Action<string>? Revoked;

    public bool IsRevoked(string id) => _expiryByGrant.ContainsKey(id);

    public Task RevokeAsync(string grantId, CancellationToken cancellationToken) =>
        RevokeAsync(grantId, time.GetUtcNow() + settings.Tokens.AccessTokenLifetime, cancellationToken);

    public async Task RevokeAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var (now, until) = (time.GetUtcNow(), expiresAt + _skew);

        // Here first: this process refuses it even if the database does not answer.
        Learn(id, until);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync(
            $"INSERT INTO revocations (grant_id, revoked_at, expires_at) VALUES ({id}, {now}, {until}) ON CONFLICT DO NOTHING",
            cancellationToken);
    }

    /// <summary>Takes over what other processes withdrew since the last time. For one caller at a time.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var since = _readUpTo;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = context.Revocations.AsNoTracking()
            .Where(row => row.RevokedAt >= since && row.ExpiresAt > now)
            .Select(row => new { row.GrantId, row.ExpiresAt })
            .AsAsyncEnumerable();
        await foreach (var row in rows.WithCancellation(cancellationToken)) Learn(row.GrantId, row.ExpiresAt);
        _readUpTo = now - _skew;
    }

    /// <summary>Forgets grants whose access tokens have all expired, here and in the table.</summary>
    public async Task ForgetExpiredAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (grantId, expiresAt) in _expiryByGrant)
        {
            if (expiresAt <= now) _expiryByGrant.TryRemove(grantId, out _);
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.Revocations.Where(row => row.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
    }

    private void Learn(string id, DateTimeOffset until)
    {
        if (_expiryByGrant.TryAdd(id, until)) Revoked?.Invoke(id);
    }
}
