using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gatehouse.Tests.Parts;

/// <summary>A program that the gateway has started, found by a mark in its environment, to do to it what may happen to programs.</summary>
internal sealed class RunningProgram
{
    private RunningProgram(int id) => Id = id;

    public int Id { get; }

    /// <summary>Waits until there is one.</summary>
    /// <param name="mark">Stands in its environment, and in no other program's.</param>
    /// <param name="other">Not this one.</param>
    public static async Task<RunningProgram> FindAsync(string mark, RunningProgram? other, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != other?.Id && EnvironmentOf(folder).Contains(mark, StringComparison.Ordinal))
                    return new RunningProgram(id);
            }

            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    public Task KillAsync(CancellationToken cancellationToken) => SignalAsync("KILL", cancellationToken);

    /// <summary>It stays, and does nothing more.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => SignalAsync("STOP", cancellationToken);

    public Task ContinueAsync(CancellationToken cancellationToken) => SignalAsync("CONT", cancellationToken);

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-s", signal, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    private static string EnvironmentOf(string folder)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "environ")));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended while we looked, or belongs to somebody else.
            return "";
        }
    }
}
