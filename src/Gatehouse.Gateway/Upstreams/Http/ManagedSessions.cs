using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// The legacy sessions that the gateway holds at one upstream, one per key and never shared between keys. Bounded in time
/// and number; whatever is dropped is closed at the upstream too.
/// </summary>
/// <param name="open">Opens one.</param>
/// <param name="close">Tells the upstream that one is no longer needed.</param>
/// <param name="time">The clock.</param>
internal sealed class ManagedSessions(
    Func<ManagedSessions.Owner, Task<ManagedSessions.Opening>> open, Action<ManagedSessions.Owner, ManagedSession> close, TimeProvider time)
{
    public static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(30);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);

    /// <summary>How many there may be.</summary>
    public int Limit { get; init; } = 10_000;

    public int Count => _entries.Count;

    /// <summary>For whom a session is.</summary>
    public sealed record Owner(Core.Identity.Caller Caller, SessionBinding.Managed Client);

    /// <summary>Either a session, or why there is none.</summary>
    public sealed record Opening(ManagedSession? Session, UpstreamResult.Failed? Failure);

    /// <summary>One key's session, being opened or open.</summary>
    public sealed class Entry(Owner owner, Func<Owner, Task<Opening>> open)
    {
        // Several messages of one client may come before its session is there: it is opened once, and nobody's giving up ends that for the others.
        private readonly Lazy<Task<Opening>> _opening = new(() => open(owner));
        private long _lastUsed;
        private int _listeners;

        public Owner Owner => owner;

        /// <summary>Whether somebody listens to the server's own stream: then it is in use, however quiet.</summary>
        public bool IsListenedTo => Volatile.Read(ref _listeners) > 0;

        public Task<Opening> Opening => _opening.Value;

        public long LastUsed
        {
            get => Interlocked.Read(ref _lastUsed);
            set => Interlocked.Exchange(ref _lastUsed, value);
        }

        public void BeginListening() => Interlocked.Increment(ref _listeners);

        public void EndListening() => Interlocked.Decrement(ref _listeners);
    }

    public async Task<(Entry Entry, Opening Opening)> GetAsync(string key, Owner owner, CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            entry = _entries.GetOrAdd(key, static (_, made) => new Entry(made.owner, made.open), (owner, open));
            if (_awaited.TryRemove(key, out var awaited)) awaited.TrySetResult();
        }

        entry.LastUsed = time.GetTimestamp();
        if (_entries.Count > Limit) DropOldest();
        var opening = await entry.Opening.WaitAsync(cancellationToken);
        if (opening.Session is null) _entries.TryRemove(new KeyValuePair<string, Entry>(key, entry));
        return (entry, opening);
    }

    /// <summary>Waits until there is a session of this key, without opening one.</summary>
    /// <param name="past">A session that is over: another one is waited for.</param>
    public async Task<(Entry Entry, ManagedSession Session)> OpenedAsync(string key, ManagedSession? past, CancellationToken cancellationToken)
    {
        while (true)
        {
            var signal = _awaited.GetOrAdd(key, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            try
            {
                if (_entries.TryGetValue(key, out var entry) && (await entry.Opening.WaitAsync(cancellationToken)).Session is { } session && session != past) return (entry, session);
                await signal.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                // Whoever else waits looks again: the next session to come must find all of them waiting, or nobody.
                if (_awaited.TryRemove(new KeyValuePair<string, TaskCompletionSource>(key, signal))) signal.TrySetResult();
            }
        }
    }

    /// <summary>Whether there is a session of this key, or one is being opened.</summary>
    public bool Has(string key) => _entries.ContainsKey(key);

    /// <summary>Its client is gone.</summary>
    public void End(string key)
    {
        if (_entries.TryGetValue(key, out var entry)) Drop(key, entry);
    }

    /// <summary>Takes all of them out, for the end of the process.</summary>
    public IEnumerable<(Owner Owner, ManagedSession Session)> TakeAll()
    {
        foreach (var (key, entry) in _entries)
        {
            if (_entries.TryRemove(new KeyValuePair<string, Entry>(key, entry)) && IsOpen(entry, out var session)) yield return (entry.Owner, session);
        }
    }

    /// <summary>The upstream does not know it any more.</summary>
    public void Forget(string key, Entry entry) => _entries.TryRemove(new KeyValuePair<string, Entry>(key, entry));

    /// <summary>Drops what nobody has used for long.</summary>
    public void Sweep()
    {
        foreach (var (key, entry) in _entries)
        {
            if (!entry.IsListenedTo && time.GetElapsedTime(entry.LastUsed) > IdleLimit) Drop(key, entry);
        }
    }

    /// <summary>A hundredth at once, so that a full house does not search on every arrival.</summary>
    private void DropOldest()
    {
        foreach (var (key, entry) in _entries.OrderBy(pair => pair.Value.LastUsed).Take(Math.Max(1, Limit / 100)).ToList()) Drop(key, entry);
    }

    private void Drop(string key, Entry entry)
    {
        if (_entries.TryRemove(new KeyValuePair<string, Entry>(key, entry)) && IsOpen(entry, out var session)) close(entry.Owner, session);
    }

    private static bool IsOpen(Entry entry, [NotNullWhen(true)] out ManagedSession? session)
    {
        session = entry.Opening is { IsCompletedSuccessfully: true } opening ? opening.GetAwaiter().GetResult().Session : null;
        return session is not null;
    }
}
