namespace Gatehouse.Storage.Database;

/// <summary>What differs between the providers when the database is made ready.</summary>
internal interface IDatabase
{
    /// <summary>Reaches the database, creating it if that is ours to do, and keeps other processes out until disposed.</summary>
    Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken);

    /// <summary>Turns a failure of the database into a sentence for the operator.</summary>
    StorageException Explain(Exception failure);
}
