using System.Diagnostics;
using System.Globalization;

namespace Gatehouse.Bench.Contenders;

/// <summary>A PostgreSQL with the settings it ships with, on a free loopback port, its data in a folder of the measurement.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Debian = "/usr/lib/postgresql";

    private readonly string _data;

    private PostgresServer(string data, int port) => (_data, ConnectionString) =
        (data, string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Database=postgres;Username=gatehouse"));

    public string ConnectionString { get; }

    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(_data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public static async Task<PostgresServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, "postgres")).FullName;
        // PostgreSQL refuses to run as root, and its user must be able to walk to its folder.
        if (Environment.IsPrivilegedProcess) await RunAsync("/bin/sh", ["-c", "chmod a+x \"$0\" && chown postgres \"$1\"", folder, home], cancellationToken);
        var server = new PostgresServer(Path.Combine(home, "data"), ChildProcess.FreePort());
        var port = server.ConnectionString.Split("Port=")[1].Split(';')[0];
        await RunAsPostgresAsync("initdb", ["-D", server._data, "-U", "gatehouse", "-A", "trust", "-E", "UTF8"], cancellationToken);
        await RunAsPostgresAsync(
            "pg_ctl", ["-D", server._data, "-l", Path.Combine(home, "log"), "-w", "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=", "start"], cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync() => await RunAsPostgresAsync("pg_ctl", ["-D", _data, "-m", "fast", "-w", "stop"], CancellationToken.None);

    private static Task RunAsPostgresAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Debian)) throw new BenchException("--postgres without a connection string needs PostgreSQL's programs: the Debian package postgresql.");
        var path = Path.Combine(Directory.EnumerateDirectories(Debian).Order().Last(), "bin", program);
        return Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments], cancellationToken)
            : RunAsync(path, arguments, cancellationToken);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        // The server keeps what it inherits: a pipe would never end.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new BenchException($"{program} ended with {process.ExitCode}.");
    }
}
