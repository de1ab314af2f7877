using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// Ends a child together with whatever it has started: <c>npx</c> and shells leave grandchildren behind that nobody else
/// would end. The child leads a session and process group of its own, which <c>setsid</c> gives without any privilege.
/// </summary>
internal static class ProcessGroup
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>The program that starts another as the leader of its own group. Null where there is none (macOS): then the process tree is followed instead.</summary>
    public static string? Leader { get; } = Array.Find(["/usr/bin/setsid", "/bin/setsid"], File.Exists);

    public static void Signal(Process process, int signal)
    {
        if (Leader is not null)
        {
            // No such group: all of it has ended already, which is what was wanted.
            _ = SendSignal(-process.Id, signal);
            return;
        }

        try
        {
            if (signal == Kill) process.Kill(entireProcessTree: true);
            else _ = SendSignal(process.Id, signal);
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended between the question and the signal.
            Debug.Assert(process.HasExited, failure.Message);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
