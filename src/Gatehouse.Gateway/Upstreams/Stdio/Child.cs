using System.ComponentModel;
using System.Diagnostics;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>One running program. What it says on stderr goes to the log, line by line.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan _untilTerminate = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _untilKill = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _reading = new();
    private readonly Task _errors;
    private readonly long _started;

    private Child(Process process, ChildLog log, TimeProvider time)
    {
        _process = process;
        _time = time;
        _started = time.GetTimestamp();
        Exited = WaitAsync();
        _errors = log.CopyAsync(process.StandardError.BaseStream, line => LastWords = line, _reading.Token);
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Its exit code, once it has ended. Grandchildren end with it.</summary>
    public Task<int> Exited { get; }

    /// <summary>The last line that it wrote to stderr; complete once it has been disposed.</summary>
    public string? LastWords { get; private set; }

    /// <summary>How long it has been running.</summary>
    public TimeSpan Ran => _time.GetElapsedTime(_started);

    /// <returns>Null, with the reason, if it cannot be started.</returns>
    public static Child? Start(ServerSettings settings, ChildLog log, TimeProvider time, out string? reason)
    {
        if (ChildCommand.From(settings, out reason) is not { } command) return null;
        try
        {
            return new Child(Process.Start(command)!, log, time);
        }
        catch (Win32Exception failure)
        {
            reason = $"{settings.Command} cannot be started: {failure.Message}";
            return null;
        }
    }

    /// <summary>Asks it to end, then makes it end: stdin is closed, then SIGTERM, then SIGKILL to its whole group.</summary>
    public async ValueTask DisposeAsync()
    {
        await Input.DisposeAsync();
        if (!await EndsWithinAsync(_untilTerminate))
        {
            ProcessGroup.Signal(_process, ProcessGroup.Terminate);
            if (!await EndsWithinAsync(_untilKill)) ProcessGroup.Signal(_process, ProcessGroup.Kill);
        }

        await Exited;

        // A daemon that left the group may hold the pipe open for ever.
        _reading.CancelAfter(_lastWords);
        await _errors;
        _process.Dispose();
        _reading.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        ProcessGroup.Signal(_process, ProcessGroup.Kill);
        return _process.ExitCode;
    }

    private async Task<bool> EndsWithinAsync(TimeSpan patience)
    {
        try
        {
            await Exited.WaitAsync(patience, _time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
