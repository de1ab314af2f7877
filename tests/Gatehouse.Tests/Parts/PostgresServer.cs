using System.Diagnostics;
using System.Globalization;
using Gatehouse.Tests.Parts;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Gatehouse.Tests.Parts;

/// <summary>A real PostgreSQL on a free loopback port with its data in a temporary folder. Started by the first test that asks.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"gatehouse-postgres-{Guid.NewGuid():N}");
    private int _port;
    private int _databases;

    /// <summary>Makes a database that nobody else uses.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync(cancellationToken);
        return ConnectionString(name);
    }

    /// <summary>Starts the server if it does not run.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_port != 0) return;
            Directory.CreateDirectory(_folder);
            if (Environment.UserName == "root") await RunAsync("chown", ["postgres", _folder], cancellationToken);
            await RunAsPostgresAsync("initdb", ["-D", DataFolder, "-U", "gatehouse", "-A", "trust", "--no-sync", "-E", "UTF8"], cancellationToken);
            _port = Ports.Free();
            await LaunchAsync(cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Takes the server away, as a failing machine would.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        RunAsPostgresAsync("pg_ctl", ["-D", DataFolder, "-m", "immediate", "-w", "stop"], cancellationToken);

    /// <summary>Brings a stopped server back, on the same port.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => LaunchAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_port != 0 && File.Exists(Path.Combine(DataFolder, "postmaster.pid"))) await StopAsync(CancellationToken.None);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        _starting.Dispose();
    }

    private string DataFolder => Path.Combine(_folder, "data");

    private string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Database={database};Username=gatehouse;Maximum Pool Size=20;Timeout=5");

    private Task LaunchAsync(CancellationToken cancellationToken)
    {
        var options = string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300");
        return RunAsPostgresAsync("pg_ctl", ["-D", DataFolder, "-l", Path.Combine(_folder, "log"), "-w", "-o", options, "start"], cancellationToken);
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static Task RunAsPostgresAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Programs(), program);
        return Environment.UserName == "root"
            ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments], cancellationToken)
            : RunAsync(path, arguments, cancellationToken);
    }

    private static string Programs() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Order().Last()
            : throw new InvalidOperationException("The tests need PostgreSQL's programs: the Debian package postgresql. ./test installs it.");

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        // The server keeps what it inherits: a pipe would never end.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null", "sh", program, .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
        })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
