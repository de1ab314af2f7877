namespace Gatehouse.Storage.Database;

/// <summary>The folder that holds the SQLite file and the key file; only its owner may look into it.</summary>
internal sealed class DataFolder(string path)
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string DatabaseFile { get; } = Path.Combine(path, "gatehouse.db");

    public string KeyFile { get; } = Path.Combine(path, "gatehouse.key");

    public string LockFile { get; } = Path.Combine(path, "gatehouse.lock");

    /// <summary>Makes the folder with mode 0700. One that exists is left as it is: its owner chose the mode.</summary>
    public void Create()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnlyFile | UnixFileMode.UserExecute);
    }

    /// <summary>Options for a file that nobody else may read, from its first moment on.</summary>
    public static FileStreamOptions OwnerOnly(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnlyFile;
        return options;
    }

    /// <summary>Whether the group or everybody may do anything with the file.</summary>
    public static bool IsOpenToOthers(string file) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(OwnerOnlyFile | UnixFileMode.UserExecute)) != UnixFileMode.None;
}
