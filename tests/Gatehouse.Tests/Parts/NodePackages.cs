using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Gatehouse.Tests.Architecture;

namespace Gatehouse.Tests.Parts;

/// <summary>The npm packages under <c>tests/interop</c>, and the Node that their programs run on.</summary>
internal static class NodePackages
{
    private static readonly ConcurrentDictionary<string, Lazy<Task>> _installing = new();

    /// <summary>Node 22, which npm carries: Debian's is too old for half of the programs.</summary>
    /// <returns>The path of the <c>node</c> binary.</returns>
    public static async Task<string> NodeAsync(CancellationToken cancellationToken)
    {
        var folder = await InstallAsync(".", cancellationToken);
        var architecture = RuntimeInformation.OSArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";
        return Path.Combine(folder, "node_modules", $"node-linux-{architecture}", "bin", "node");
    }

    /// <summary>Installs what a folder's <c>package-lock.json</c> names, once per run and only if it is not there yet.</summary>
    /// <param name="folder">The folder's name under <c>tests/interop</c>.</param>
    /// <returns>Its path.</returns>
    public static async Task<string> InstallAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Repository.PathOf("tests", "interop", folder);
        // One installation for all who ask: nobody's cancellation may leave the others with half of it.
        var installing = _installing.GetOrAdd(Path.GetFullPath(path), key => new Lazy<Task>(() => RunAsync(key)));
        await installing.Value.WaitAsync(cancellationToken);
        return path;
    }

    private static async Task RunAsync(string path)
    {
        // npm writes this file last, so a broken installation does not count.
        var installed = new FileInfo(Path.Combine(path, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(path, "package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc) return;

        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = path,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = npm.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = await npm.StandardError.ReadToEndAsync(CancellationToken.None);
        await npm.WaitForExitAsync(CancellationToken.None);
        if (npm.ExitCode != 0) throw new InvalidOperationException($"npm ci in {path} ended with {npm.ExitCode}: {errors}{await output}");
    }
}
