using System.Diagnostics;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>How a configured program is started: no shell, its own process group, an environment that is a list and not a leak.</summary>
internal static class ChildCommand
{
    /// <summary>What a program gets of the gateway's environment. Everything else there may be a secret.</summary>
    private static readonly string[] _inherited = ["PATH", "HOME", "LANG", "TZ", "TMPDIR"];

    /// <returns>Null, with the reason, if there is no such program.</returns>
    public static ProcessStartInfo? From(ServerSettings settings, out string? reason)
    {
        var folder = settings.Cwd ?? Directory.GetCurrentDirectory();
        if (!Directory.Exists(folder))
        {
            reason = $"its working directory {folder} does not exist";
            return null;
        }

        var environment = Environment(settings);
        if (Find(settings.Command!, folder, environment.GetValueOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin")) is not { } program)
        {
            reason = $"the program {settings.Command} was not found";
            return null;
        }

        var leader = ProcessGroup.Leader;
        var start = new ProcessStartInfo(leader ?? program, leader is null ? settings.Args : [program, .. settings.Args])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        reason = null;
        return start;
    }

    private static Dictionary<string, string> Environment(ServerSettings settings)
    {
        var environment = new Dictionary<string, string>();
        foreach (var name in _inherited)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value) environment[name] = value;
        }

        foreach (var (name, value) in settings.Env) environment[name] = value;
        return environment;
    }

    /// <summary>The program's path: as a shell would find it, but in the child's own PATH and from its own folder.</summary>
    private static string? Find(string command, string folder, string searchPath) =>
        command.Contains('/', StringComparison.Ordinal)
            ? Executable(Path.GetFullPath(command, folder))
            : searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Select(place => Executable(Path.Combine(Path.GetFullPath(place, folder), command)))
                .FirstOrDefault(path => path is not null);

    private static string? Executable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0)
            ? path
            : null;
}
