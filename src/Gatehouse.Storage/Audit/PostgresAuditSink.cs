using Gatehouse.Core.Audit;
using Gatehouse.Storage.Database;
using Npgsql;
using NpgsqlTypes;

namespace Gatehouse.Storage.Audit;

/// <summary>
/// Binary COPY in a transaction. The advisory lock makes the processes take turns, so that sequences are committed in
/// their order and a tail that has seen one has seen all before it.
/// </summary>
internal sealed class PostgresAuditSink(NpgsqlDataSource source) : IAuditSink
{
    private const string Copy =
        """
        COPY audit_events (id, "time", action, outcome, reason, subject, user_email, client_id, client_name, server, target,
                           arguments, duration_us, request_bytes, response_bytes, request_id)
        FROM STDIN (FORMAT BINARY)
        """;

    public async Task WriteAsync(IReadOnlyList<AuditEvent> batch, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var turn = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({PostgresDatabase.AuditLock})", connection, transaction))
        {
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        try
        {
            await using (var rows = await connection.BeginBinaryImportAsync(Copy, cancellationToken))
            {
                foreach (var auditEvent in batch) await WriteRowAsync(rows, auditEvent, cancellationToken);
                await rows.CompleteAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Ids are ours alone and a batch is written whole, so one that is there says that all are: the connection broke
            // after the commit and before we heard of it.
        }
    }

    private static async Task WriteRowAsync(NpgsqlBinaryImporter rows, AuditEvent auditEvent, CancellationToken cancellationToken)
    {
        await rows.StartRowAsync(cancellationToken);
        await rows.WriteAsync(auditEvent.Id, NpgsqlDbType.Uuid, cancellationToken);
        await rows.WriteAsync(auditEvent.Time.ToUniversalTime(), NpgsqlDbType.TimestampTz, cancellationToken);
        await WriteTextAsync(rows, AuditNames.Of(auditEvent.Action), cancellationToken);
        await WriteTextAsync(rows, AuditNames.Of(auditEvent.Outcome), cancellationToken);
        await WriteTextAsync(rows, auditEvent.Reason, cancellationToken);
        await WriteTextAsync(rows, auditEvent.Subject, cancellationToken);
        await WriteTextAsync(rows, auditEvent.User, cancellationToken);
        await WriteTextAsync(rows, auditEvent.ClientId, cancellationToken);
        await WriteTextAsync(rows, auditEvent.ClientName, cancellationToken);
        await WriteTextAsync(rows, auditEvent.Server, cancellationToken);
        await WriteTextAsync(rows, auditEvent.Target, cancellationToken);
        await WriteTextAsync(rows, auditEvent.Arguments, cancellationToken, AuditText.MaxArguments);
        await rows.WriteAsync((long)auditEvent.Duration.TotalMicroseconds, NpgsqlDbType.Bigint, cancellationToken);
        await rows.WriteAsync(auditEvent.RequestBytes, NpgsqlDbType.Bigint, cancellationToken);
        await rows.WriteAsync(auditEvent.ResponseBytes, NpgsqlDbType.Bigint, cancellationToken);
        await WriteTextAsync(rows, auditEvent.RequestId, cancellationToken);
    }

    private static Task WriteTextAsync(NpgsqlBinaryImporter rows, string? text, CancellationToken cancellationToken, int max = AuditText.MaxText) =>
        AuditText.Clean(text, max) is { } clean
            ? rows.WriteAsync(clean, NpgsqlDbType.Text, cancellationToken)
            : rows.WriteNullAsync(cancellationToken);
}
