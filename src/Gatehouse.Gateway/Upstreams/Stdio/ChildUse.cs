namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>How many are using a child right now, and since when nobody does: what may be ended is what can be closed here.</summary>
internal sealed class ChildUse(TimeProvider time)
{
    private const int Closed = -1;

    private int _users;
    private long _lastUsed = time.GetTimestamp();

    /// <summary>When it was last of use to anybody.</summary>
    public long LastUsed => Interlocked.Read(ref _lastUsed);

    public TimeSpan Idle => time.GetElapsedTime(LastUsed);

    /// <summary>Begins a use, unless it has been closed.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users != Closed)
        {
            var before = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (before == users) return true;
            users = before;
        }

        return false;
    }

    public void Leave()
    {
        Touch();
        Interlocked.Decrement(ref _users);
    }

    /// <summary>It was of use just now.</summary>
    public void Touch() => Interlocked.Exchange(ref _lastUsed, time.GetTimestamp());

    /// <summary>From now on nobody begins to use it; fails while somebody does.</summary>
    /// <returns>Whether this call closed it: two who each need a place must not both take this one's.</returns>
    public bool TryClose() => Interlocked.CompareExchange(ref _users, Closed, 0) == 0;
}
