using System.Diagnostics;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Other programs, seen from outside.</summary>
internal static class Processes
{
    public static bool IsRunning(int id) => Directory.Exists($"/proc/{id}/task");

    /// <summary>Waits until it has ended.</summary>
    public static async Task EndedAsync(int id, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (ArgumentException)
        {
            // It has ended already.
            Assert.False(IsRunning(id));
        }
    }

    /// <summary>How many run that have this word among their arguments.</summary>
    public static int Count(string word) => Directory.EnumerateDirectories("/proc").Count(folder => int.TryParse(Path.GetFileName(folder), out _) && CommandLine(folder).Contains(word, StringComparison.Ordinal));

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            // It ended between the two looks.
            return "";
        }
    }
}
