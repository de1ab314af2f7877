using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Gateway.Memory;

/// <summary>
/// What was used lately, in two generations: whatever a whole generation did not use is forgotten with it. To find something
/// takes one look-up and no lock, and a full house forgets its older half instead of everything.
/// </summary>
/// <param name="capacity">How many there may be.</param>
/// <param name="generation">After how long the next generation begins, as soon as something new comes.</param>
/// <param name="time">The clock.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity, TimeSpan generation, TimeProvider time)
    where TKey : notnull
{
    private volatile Generation _current = new([], [], time.GetTimestamp());

    /// <summary>How many there are.</summary>
    public int Count => _current.Young.Count + _current.Old.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var current = _current;
        if (current.Young.TryGetValue(key, out value)) return true;
        if (!current.Old.TryRemove(key, out value)) return false;
        Set(key, value);
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        var current = _current;
        if (current.Added >= capacity / 2 || time.GetElapsedTime(current.Began) >= generation)
        {
            var next = new Generation([], current.Young, time.GetTimestamp());
            current = Interlocked.CompareExchange(ref _current, next, current) == current ? next : _current;
        }

        current.Add(key, value);
    }

    private sealed class Generation(ConcurrentDictionary<TKey, TValue> young, ConcurrentDictionary<TKey, TValue> old, long began)
    {
        private int _added;

        public ConcurrentDictionary<TKey, TValue> Young => young;

        public ConcurrentDictionary<TKey, TValue> Old => old;

        public long Began => began;

        /// <summary>Counted here: a concurrent dictionary locks itself to count.</summary>
        public int Added => Volatile.Read(ref _added);

        public void Add(TKey key, TValue value)
        {
            young[key] = value;
            Interlocked.Increment(ref _added);
        }
    }
}
