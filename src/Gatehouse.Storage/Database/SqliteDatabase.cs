using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage.Database;

/// <summary>The SQLite file: made for its owner alone, in WAL mode so that readers and the writer do not wait for each other.</summary>
internal sealed class SqliteDatabase(DataFolder folder) : IDatabase
{
    private static readonly TimeSpan _lockRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>Never creates the file: only <see cref="LockAsync"/> does, because only that gives it its mode.</summary>
    public string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = folder.DatabaseFile,
        Mode = SqliteOpenMode.ReadWrite,
        ForeignKeys = true,
    }.ToString();

    public async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await SqliteBusyTimeout.SetAsync(connection, cancellationToken);
        return connection;
    }

    public async Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken)
    {
        folder.Create();
        var held = await HoldLockFileAsync(cancellationToken);
        await using (new FileStream(folder.DatabaseFile, DataFolder.OwnerOnly(FileMode.OpenOrCreate, FileShare.ReadWrite)))
        {
        }

        await using var connection = await OpenAsync(cancellationToken);
        if (await HasLockTableAsync(connection, cancellationToken)) await ClearAbandonedLockAsync(connection, cancellationToken);
        return held;
    }

    public StorageException Explain(Exception failure) => failure switch
    {
        SqliteException when !File.Exists(folder.DatabaseFile) =>
            new($"There is no database {folder.DatabaseFile}: `gatehouse run` makes it at its first start.", failure),
        SqliteException { SqliteErrorCode: 1 } when failure.Message.Contains("no such table", StringComparison.Ordinal) =>
            new($"The database {folder.DatabaseFile} has no tables of Gatehouse: `gatehouse run` makes them at its start.", failure),
        _ => new(
            $"The database {folder.DatabaseFile} cannot be used: {failure.Message} The folder must be writable for the user that runs gatehouse, and the file must be a SQLite database of Gatehouse.",
            failure),
    };

    /// <summary>A lock that the system takes back when a process dies.</summary>
    private async Task<FileStream> HoldLockFileAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(folder.LockFile, DataFolder.OwnerOnly(FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException) when (File.Exists(folder.LockFile))
            {
                await Task.Delay(_lockRetry, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>
    /// The reader is closed on return: a write on a connection that still reads fails at once, without waiting, if another
    /// process has written in between.
    /// </summary>
    private static async Task<bool> HasLockTableAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__EFMigrationsLock')";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.GetBoolean(0);
    }

    /// <summary>
    /// EF Core's own lock on SQLite is a row, which stays for ever when a process dies while it migrates, and then nobody
    /// starts again. Whoever holds our lock file knows that such a row has no owner.
    /// </summary>
    private static async Task ClearAbandonedLockAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM \"__EFMigrationsLock\"";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
