using Gatehouse.Authorization.Consent;
using Gatehouse.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Consent;

internal sealed class ConsentStore(IDbContextFactory<GatehouseContext> contexts, TimeProvider time) : IConsentStore
{
    public async Task<bool> CoversAsync(ConsentGrant grant, CancellationToken cancellationToken)
    {
        var wanted = grant.Scopes.Distinct(StringComparer.Ordinal).ToList();

        // Nothing asked for is nothing allowed: an empty list must not slip through as "all of it".
        if (wanted.Count == 0) return false;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var given = await context.Consents.CountAsync(
            row => row.Subject == grant.Subject && row.ClientId == grant.ClientId && row.RedirectHost == grant.RedirectHost && wanted.Contains(row.Scope),
            cancellationToken);
        return given == wanted.Count;
    }

    public async Task RememberAsync(ConsentGrant grant, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        foreach (var scope in grant.Scopes.Distinct(StringComparer.Ordinal))
        {
            await context.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO consents (subject, client_id, redirect_host, scope, given_at)
                VALUES ({grant.Subject}, {grant.ClientId}, {grant.RedirectHost}, {scope}, {now})
                ON CONFLICT DO NOTHING
                """,
                cancellationToken);
        }
    }
}
