using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Bench.Contenders;

/// <summary>A process under measurement. What it prints goes to a file, so that nobody spends time on reading it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;

    private ChildProcess(Process process, string name, string log) => (_process, _name, _log) = (process, name, log);

    public int Id => _process.Id;

    /// <summary>Starts a program; the shell in between is replaced by it and keeps its process id.</summary>
    public static ChildProcess Start(string name, string folder, string program, params string[] arguments)
    {
        var log = Path.Combine(folder, $"{name}.log");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, program, .. arguments])
        {
            WorkingDirectory = folder,
        };
        return new(Process.Start(start)!, name, log);
    }

    /// <summary>Starts this same program as one of its parts.</summary>
    public static ChildProcess StartSelf(string name, string folder, params string[] arguments) =>
        Start(name, folder, Environment.ProcessPath!, arguments);

    /// <summary>A port of the loopback address that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Throws, with the end of what it printed, if the process is gone.</summary>
    public void AssertRunning()
    {
        if (_process.HasExited) throw new BenchException($"{_name} ended with {_process.ExitCode}:\n{LastLines()}");
    }

    public string LastLines() => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(20)) : "";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("/bin/sh", ["-c", "kill -TERM \"$0\"", Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(_patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await Console.Error.WriteLineAsync($"{_name} did not end within {_patience.TotalSeconds} s of SIGTERM and was killed.");
            }
        }

        _process.Dispose();
    }
}
