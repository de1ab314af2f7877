using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace Gatehouse.Tests.App;

/// <summary>The program as people run it: a process of its own, in a folder of its own.</summary>
internal sealed class GatehouseProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _seen = new();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private GatehouseProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public static GatehouseProcess Start(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        // Whoever started the tests in the background has taught them to ignore interrupts: that is not for the program to inherit.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "gatehouse"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("GATEHOUSE_CONFIG");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new GatehouseProcess(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Ending> RunAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        await using var process = Start(folder, null, arguments);
        return await process.EndAsync(cancellationToken);
    }

    /// <summary>Waits for a line on standard output.</summary>
    /// <returns>The line.</returns>
    public async Task<string> LineAsync(Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        while (await _lines.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_lines.Reader.TryRead(out var line))
            {
                if (wanted(line)) return line;
            }
        }

        throw new InvalidOperationException($"The program ended without the line. It said: {_seen} {await _errors}");
    }

    /// <summary>Sends a signal, as a terminal or a service manager does.</summary>
    public async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-s", signal, Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    public async Task<Ending> EndAsync(CancellationToken cancellationToken)
    {
        // A program that does not end is a failure, and not the end of all tests.
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        await _reading;
        return new Ending(_process.ExitCode, _seen.ToString(), await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _reading;
        await _errors;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _seen.Append(line).Append('\n');
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }
}

/// <summary>How a command ended, and what it said.</summary>
internal sealed record Ending(int ExitCode, string Output, string Errors);
