using System.Runtime.CompilerServices;
using Gatehouse.Core.Audit;
using Gatehouse.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Audit;

internal sealed class AuditTrail(IDbContextFactory<GatehouseContext> contexts) : IAuditTrail
{
    public async IAsyncEnumerable<AuditEvent> QueryAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var matching = Filter(context, query);
        if (query.After is { } after)
        {
            var next = matching.Where(row => row.Sequence > after).OrderBy(row => row.Sequence).Take(query.Limit).AsAsyncEnumerable();
            await foreach (var row in next.WithCancellation(cancellationToken)) yield return row.ToEvent();
        }
        else
        {
            var newest = await matching.OrderByDescending(row => row.Time).ThenByDescending(row => row.Sequence).Take(query.Limit).ToListAsync(cancellationToken);
            for (var i = newest.Count - 1; i >= 0; i--) yield return newest[i].ToEvent();
        }
    }

    private static IQueryable<AuditRow> Filter(GatehouseContext context, AuditQuery query)
    {
        var rows = context.AuditEvents.AsNoTracking();
        if (query.User is { } user) rows = rows.Where(row => row.User == user || row.Subject == user);
        if (query.Server is { } server) rows = rows.Where(row => row.Server == server);
        if (query.Client is { } client) rows = rows.Where(row => row.ClientId == client || row.ClientName == client);
        if (query.Since is { } since) rows = rows.Where(row => row.Time >= since.ToUniversalTime());
        if (query.Until is { } until) rows = rows.Where(row => row.Time < until.ToUniversalTime());
        if (query.Action is { } action)
        {
            var name = AuditNames.Of(action);
            rows = rows.Where(row => row.Action == name);
        }

        if (query.Outcome is { } outcome)
        {
            var name = AuditNames.Of(outcome);
            rows = rows.Where(row => row.Outcome == name);
        }

        return query.Target is { } target ? WithTarget(context, rows, target) : rows;
    }

    /// <summary>SQLite's LIKE ignores case, PostgreSQL's does not; GLOB does what we mean there.</summary>
    private static IQueryable<AuditRow> WithTarget(GatehouseContext context, IQueryable<AuditRow> rows, string target)
    {
        if (!target.Contains('*', StringComparison.Ordinal)) return rows.Where(row => row.Target == target);
        if (context.Database.IsSqlite())
        {
            var glob = target.Replace("[", "[[]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal);
            return rows.Where(row => EF.Functions.Glob(row.Target!, glob));
        }

        var like = target.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal).Replace("*", "%", StringComparison.Ordinal);
        return rows.Where(row => EF.Functions.Like(row.Target!, like, @"\"));
    }
}
