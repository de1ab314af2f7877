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

    /// <summary>How many there may be.</summary>
    public int Limit { get; init; } = 10_000;

    public int Count => _entries.Count;

    /// <summary>For whom a session is.</summary>
    public sealed record Owner(Core.Identity.Caller Caller, string Version);

    /// <summary>Either a session, or why there is none.</summary>
    public sealed record Opening(ManagedSession? Session, UpstreamResult.Failed? Failure);

    /// <summary>One key's session, being opened or open.</summary>
    public sealed class Entry(Owner owner, Func<Owner, Task<Opening>> open)
    {
        // Several messages of one client may come before its session is there: it is opened once, and nobody's giving up ends that for the others.
        private readonly Lazy<Task<Opening>> _opening = new(() => open(owner));
        private long _lastUsed;

        public Owner Owner => owner;

        public Task<Opening> Opening => _opening.Value;

        public long LastUsed
        {
            get => Interlocked.Read(ref _lastUsed);
            set => Interlocked.Exchange(ref _lastUsed, value);
        }
    }

    public async Task<(Entry Entry, Opening Opening)> GetAsync(string key, Owner owner, CancellationToken cancellationToken)
    {
        var entry = _entries.GetOrAdd(key, static (_, made) => new Entry(made.owner, made.open), (owner, open));
        entry.LastUsed = time.GetTimestamp();
        if (_entries.Count > Limit) DropOldest();
        var opening = await entry.Opening.WaitAsync(cancellationToken);
        if (opening.Session is null) _entries.TryRemove(new KeyValuePair<string, Entry>(key, entry));
        return (entry, opening);
    }

    /// <summary>The upstream does not know it any more.</summary>
    public void Forget(string key, Entry entry) => _entries.TryRemove(new KeyValuePair<string, Entry>(key, entry));

    /// <summary>Drops what nobody has used for long.</summary>
    public void Sweep()
    {
        foreach (var (key, entry) in _entries)
        {
            if (time.GetElapsedTime(entry.LastUsed) > IdleLimit) Drop(key, entry);
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
