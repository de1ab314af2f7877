using System.Runtime.InteropServices;

namespace Gatehouse.Storage.KeyRing;

/// <summary>Gives a finished file its name, unless another has it: in one step, which <see cref="File.Move(string, string)"/> does not do on Unix.</summary>
internal static class NewFile
{
    private const int AlreadyThere = 17;

    /// <summary>Whether this one or another process's came first, there is a whole file of that name afterwards.</summary>
    public static void Publish(string draft, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(draft, name, overwrite: false);
            }
            catch (IOException) when (File.Exists(name))
            {
                return;
            }
        }
        else if (Link(draft, name) != 0 && Marshal.GetLastPInvokeError() is var error and not AlreadyThere)
        {
            throw new IOException($"{name} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
