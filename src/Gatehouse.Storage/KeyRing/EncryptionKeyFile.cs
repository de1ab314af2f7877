using System.Security.Cryptography;
using Gatehouse.Storage.Database;

namespace Gatehouse.Storage.KeyRing;

/// <summary>The key beside a SQLite database: made with the database, readable by its owner alone.</summary>
internal static class EncryptionKeyFile
{
    public static EncryptionKey ReadOrCreate(DataFolder folder)
    {
        try
        {
            if (!File.Exists(folder.KeyFile)) Create(folder);
            if (DataFolder.IsOpenToOthers(folder.KeyFile))
                throw new StorageException($"{folder.KeyFile} can be read by other users: `chmod 600` it, or, if they may have seen it, start with a new data folder.");
            return Read(folder.KeyFile);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The key file {folder.KeyFile} cannot be used: {failure.Message} The folder must be writable for the user that runs gatehouse.", failure);
        }
    }

    /// <summary>Written under another name first, so that nobody ever reads half a key; of two processes the first wins.</summary>
    private static void Create(DataFolder folder)
    {
        if (File.Exists(folder.DatabaseFile))
            throw new StorageException($"{folder.KeyFile} is missing, and {folder.DatabaseFile} was encrypted with it: restore the file, or start with a new data folder.");
        folder.Create();
        var draft = $"{folder.KeyFile}.{Guid.NewGuid():N}";
        using (var file = new FileStream(draft, DataFolder.OwnerOnly(FileMode.CreateNew, FileShare.None)))
        {
            file.Write(RandomNumberGenerator.GetBytes(EncryptionKey.Size));
            file.Flush(flushToDisk: true);
        }

        try
        {
            NewFile.Publish(draft, folder.KeyFile);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static EncryptionKey Read(string file)
    {
        var key = File.ReadAllBytes(file);
        return key.Length == EncryptionKey.Size
            ? new EncryptionKey(key)
            : throw new StorageException($"{file} holds {key.Length} bytes instead of {EncryptionKey.Size}: restore it from a backup.");
    }
}
