using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Gatehouse.Tests.Parts;

/// <summary>A Node program with its output captured. Its process group, and so all that it starts, ends with it.</summary>
internal sealed class NodeProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly Task _reading;

    private NodeProgram(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _lines.Writer), ReadAsync(process.StandardError, null));
    }

    /// <summary>What it has written so far, both streams: for the message of a failing test.</summary>
    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>Its standard output, line by line, to the end.</summary>
    public IAsyncEnumerable<string> LinesAsync(CancellationToken cancellationToken) => _lines.Reader.ReadAllAsync(cancellationToken);

    /// <param name="folder">The package folder under <c>tests/interop</c>; also the working directory.</param>
    /// <param name="script">The script in it.</param>
    /// <param name="environment">Added to the environment of the tests.</param>
    public static async Task<NodeProgram> StartAsync(
        string folder, string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var node = await NodePackages.NodeAsync(cancellationToken);
        var directory = await NodePackages.InstallAsync(folder, cancellationToken);
        return Start(directory, [node, script, .. arguments], environment, Path.GetDirectoryName(node)!);
    }

    /// <summary>Another program, with its output captured in the same way.</summary>
    public static NodeProgram StartOther(string program, IEnumerable<string> arguments) =>
        Start(AppContext.BaseDirectory, [program, .. arguments], new Dictionary<string, string>(), AppContext.BaseDirectory);

    private static NodeProgram Start(string directory, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, string firstOnPath)
    {
        var start = new ProcessStartInfo("setsid", command)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{firstOnPath}:{start.Environment["PATH"]}";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new NodeProgram(process);
    }

    /// <summary>Waits for the first line of the standard output that matches, as in "listening on 4711".</summary>
    public async Task<string> LineAsync(Predicate<string> matches, CancellationToken cancellationToken)
    {
        await foreach (var line in LinesAsync(cancellationToken))
        {
            if (matches(line)) return line;
        }

        throw new InvalidOperationException($"The program ended without the awaited line. Its output:\n{Output}");
    }

    /// <summary>Waits for the end, and for the last of its output.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillGroupAsync();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    /// <summary>setsid made the program the leader of a group of its own number, which lives as long as any of its children.</summary>
    private async Task KillGroupAsync()
    {
        var group = _process.Id.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "kill -s KILL -- -\"$1\"", "sh", group]) { RedirectStandardError = true })!;
        var errors = await kill.StandardError.ReadToEndAsync();
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0 && !errors.Contains("No such process", StringComparison.Ordinal)) throw new InvalidOperationException(errors);
    }

    private async Task ReadAsync(StreamReader reader, ChannelWriter<string>? lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_output) _output.AppendLine(line);
            lines?.TryWrite(line);
        }

        lines?.Complete();
    }
}
