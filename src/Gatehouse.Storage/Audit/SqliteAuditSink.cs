using Gatehouse.Core.Audit;
using Gatehouse.Storage.Database;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage.Audit;

/// <summary>One prepared statement in one transaction. What is there already is left as it is.</summary>
internal sealed class SqliteAuditSink(SqliteDatabase database) : IAuditSink
{
    private static readonly string[] _columns =
    [
        "id", "time", "action", "outcome", "reason", "subject", "user_email", "client_id", "client_name", "server", "target",
        "arguments", "duration_us", "request_bytes", "response_bytes", "request_id",
    ];

    private static readonly string _insert =
        $"INSERT INTO audit_events ({string.Join(", ", _columns)}) VALUES ({string.Join(", ", _columns.Select(column => $"@{column}"))}) ON CONFLICT (id) DO NOTHING";

    public async Task WriteAsync(IReadOnlyList<AuditEvent> batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = _insert;
        foreach (var column in _columns) command.Parameters.Add(new SqliteParameter { ParameterName = $"@{column}" });
        foreach (var auditEvent in batch)
        {
            Fill(command.Parameters, auditEvent);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static void Fill(SqliteParameterCollection parameters, AuditEvent auditEvent)
    {
        object?[] values =
        [
            auditEvent.Id, Microseconds.Of(auditEvent.Time), AuditNames.Of(auditEvent.Action), AuditNames.Of(auditEvent.Outcome),
            AuditText.Clean(auditEvent.Reason), AuditText.Clean(auditEvent.Subject), AuditText.Clean(auditEvent.User),
            AuditText.Clean(auditEvent.ClientId), AuditText.Clean(auditEvent.ClientName), AuditText.Clean(auditEvent.Server),
            AuditText.Clean(auditEvent.Target), AuditText.Clean(auditEvent.Arguments, AuditText.MaxArguments),
            (long)auditEvent.Duration.TotalMicroseconds, auditEvent.RequestBytes, auditEvent.ResponseBytes, AuditText.Clean(auditEvent.RequestId),
        ];
        for (var i = 0; i < values.Length; i++) parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
