using System.Net.Sockets;
using Npgsql;

namespace Gatehouse.Storage.Database;

internal sealed class PostgresDatabase(NpgsqlDataSource source) : IDatabase
{
    /// <summary>Advisory locks share one number space per database: these two are ours.</summary>
    public const long MigrationLock = 0x4761746501;

    /// <inheritdoc cref="MigrationLock"/>
    public const long AuditLock = 0x4761746502;

    /// <summary>Reads the connection string. Its text, which may hold a password, never gets into the failure.</summary>
    public static NpgsqlDataSource CreateSource(string connectionString, ILoggerFactory loggerFactory)
    {
        NpgsqlDataSourceBuilder builder;
        try
        {
            builder = new NpgsqlDataSourceBuilder(connectionString);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new StorageException("database.postgres is not a PostgreSQL connection string: write Host=…;Port=5432;Database=…;Username=…;Password=…");
        }

        if (string.IsNullOrWhiteSpace(builder.ConnectionStringBuilder.Host))
            throw new StorageException("database.postgres names no host: write Host=…;Port=5432;Database=…;Username=…;Password=…");
        builder.ConnectionStringBuilder.ApplicationName ??= "gatehouse";
        return builder.UseLoggerFactory(loggerFactory).Build();
    }

    public async Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            // A lock of a transaction goes when its connection does, also behind a pooler that shares sessions. Waiting for it
            // has no time limit: another process may be migrating a large table.
            await using var command = connection.CreateCommand();
            command.CommandText = $"BEGIN; SELECT pg_advisory_xact_lock({MigrationLock})";
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public StorageException Explain(Exception failure)
    {
        var at = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        var where = $"PostgreSQL at {at.Host}:{at.Port}, database {at.Database ?? at.Username}";
        return failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
                new($"{where}, refuses user {at.Username}: {refused.MessageText}. Check Username and Password in database.postgres.", failure),
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                new($"{where}, does not exist: create it, or name another one in database.postgres.", failure),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
                new($"{where}, does not let user {at.Username} make its tables: {refused.MessageText}. The user must own the database or its schema.", failure),
            PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } =>
                new($"{where}, has no tables of Gatehouse: `gatehouse run` makes them at its start.", failure),
            PostgresException answered =>
                new($"{where}, cannot be used: {answered.MessageText} ({answered.SqlState}).", failure),
            _ =>
                new($"{where}, cannot be reached: {(failure.InnerException as SocketException ?? failure).Message} Check Host and Port in database.postgres, and that the server is up.", failure),
        };
    }
}
