namespace Gatehouse.Storage;

/// <summary>
/// The database cannot be used as it is: unreachable, newer than the program, or locked with another key.
/// <see cref="Exception.Message"/> is for the operator: what, where and what would be right. Never holds a password.
/// </summary>
public sealed class StorageException : Exception
{
    internal StorageException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
