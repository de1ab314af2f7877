using System.Buffers;
using Gatehouse.Core.Audit;
using Gatehouse.Storage.Database;
using Npgsql;

namespace Gatehouse.Storage.Audit;

/// <summary>
/// Binary COPY in a transaction. The advisory lock makes the processes take turns, so that sequences are committed in
/// their order and a tail that has seen one has seen all before it.
/// </summary>
internal sealed class PostgresAuditSink(NpgsqlDataSource source) : IAuditSink
{
    /// <summary>What gathers before it is sent.</summary>
    private const int Piece = 64 * 1024;

    /// <summary>One batch is written at a time, so one buffer serves all: a piece, and the row that made it full.</summary>
    private readonly ArrayBufferWriter<byte> _rows = new(2 * Piece);

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
            await using (var copy = await connection.BeginRawBinaryCopyAsync(CopyRows.Statement, cancellationToken))
            {
                await SendAsync(copy, batch, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Ids are ours alone and a batch is written whole, so one that is there says that all are: the connection broke
            // after the commit and before we heard of it.
        }
    }

    /// <summary>Without the end, which is sent last, the server takes no row.</summary>
    private async Task SendAsync(NpgsqlRawCopyStream copy, IReadOnlyList<AuditEvent> batch, CancellationToken cancellationToken)
    {
        _rows.ResetWrittenCount();
        CopyRows.Begin(_rows);
        foreach (var auditEvent in batch)
        {
            CopyRows.Add(_rows, auditEvent);
            if (_rows.WrittenCount < Piece) continue;
            await copy.WriteAsync(_rows.WrittenMemory, cancellationToken);
            _rows.ResetWrittenCount();
        }

        CopyRows.End(_rows);
        await copy.WriteAsync(_rows.WrittenMemory, cancellationToken);
    }
}
