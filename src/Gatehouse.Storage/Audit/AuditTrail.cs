using System.Data.Common;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gatehouse.Core.Audit;
using Gatehouse.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Audit;

internal sealed class AuditTrail(IDbContextFactory<GatehouseContext> contexts, IDatabase database) : IAuditTrail
{
    public async IAsyncEnumerable<AuditEvent> QueryAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var row in await ReadAsync(query, cancellationToken)) yield return row.ToEvent();
    }

    /// <summary>All at once: whoever reads slowly holds no connection, and a database that fails is explained in one place.</summary>
    private async Task<List<AuditRow>> ReadAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            var matching = Filter(context, query);
            if (query.After is { } after)
                return await matching.Where(row => row.Sequence > after).OrderBy(row => row.Sequence).Take(query.Limit).ToListAsync(cancellationToken);
            var newest = await matching.OrderByDescending(row => row.Time).ThenByDescending(row => row.Sequence).Take(query.Limit).ToListAsync(cancellationToken);
            newest.Reverse();
            return newest;
        }
        catch (Exception failure) when (failure is DbException or SocketException or TimeoutException or IOException or InvalidOperationException { InnerException: DbException })
        {
            throw database.Explain(failure is InvalidOperationException ? failure.InnerException! : failure);
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
