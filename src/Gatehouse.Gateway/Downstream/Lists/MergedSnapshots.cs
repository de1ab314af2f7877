using System.Collections.Concurrent;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>
/// Merged lists as bytes, each written once for everybody who sees the same shares of the same servers. Nothing is ever out of
/// date here: a share that changes is another share. Bounded; what has not been used for longest goes first.
/// </summary>
internal sealed class MergedSnapshots(TimeProvider time)
{
    private readonly ConcurrentDictionary<SnapshotKey, Snapshot> _snapshots = new();
    private long _bytes;

    /// <summary>How much memory they may hold together.</summary>
    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many there are.</summary>
    public int Count => _snapshots.Count;

    /// <summary>The body of the message, as <see cref="MergedList.Body"/> writes it.</summary>
    /// <param name="labelsOf">What the view calls things; not asked for a list that is there.</param>
    public ReadOnlyMemory<byte> BodyOf(SnapshotKey key, Func<MergedPart, ItemLabels> labelsOf)
    {
        if (!_snapshots.TryGetValue(key, out var snapshot))
        {
            snapshot = new Snapshot(MergedList.Body(key.Kind, key.Parts, labelsOf, key.IsModern));
            if (_snapshots.TryAdd(key, snapshot) && Interlocked.Add(ref _bytes, snapshot.Body.Length) > MaxBytes) Trim();
        }

        snapshot.LastUsed = time.GetTimestamp();
        return snapshot.Body;
    }

    /// <summary>Drops a tenth too much, so that a full house does not search on every arrival.</summary>
    private void Trim()
    {
        foreach (var (key, snapshot) in _snapshots.OrderBy(each => each.Value.LastUsed).ToList())
        {
            if (Interlocked.Read(ref _bytes) <= MaxBytes / 10 * 9) return;
            if (_snapshots.TryRemove(new KeyValuePair<SnapshotKey, Snapshot>(key, snapshot))) Interlocked.Add(ref _bytes, -snapshot.Body.Length);
        }
    }

    private sealed class Snapshot(ReadOnlyMemory<byte> body)
    {
        private long _lastUsed = long.MaxValue;

        public ReadOnlyMemory<byte> Body => body;

        public long LastUsed
        {
            get => Interlocked.Read(ref _lastUsed);
            set => Interlocked.Exchange(ref _lastUsed, value);
        }
    }
}
