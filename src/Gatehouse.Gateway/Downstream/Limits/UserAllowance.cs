using System.Collections.Concurrent;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Downstream.Limits;

/// <summary>What one user still may. Nobody else's doing changes it.</summary>
internal sealed class UserAllowance(LimitSettings limits, TimeProvider time)
{
    /// <summary>Tools that have a bucket of their own; those beyond share one, so that made-up names cost no memory.</summary>
    private const int MostTools = 256;

    /// <summary>A flood must not flood the trail as well: of its refusals only one in this time is put on record.</summary>
    private static readonly TimeSpan _betweenRecords = TimeSpan.FromSeconds(10);

    private readonly TokenBucket? _messages = limits.MessagesPerMinute > 0 ? new TokenBucket(limits.MessagesPerMinute, time) : null;
    private readonly ConcurrentDictionary<(string Server, string Tool), TokenBucket> _calls = new();
    private long _lastRecord;
    private int _refused;

    public Occupancy Occupancy { get; } = new(limits.RunningPerUser, limits.StreamsPerUser);

    /// <returns>Null, or how long to wait before the next message.</returns>
    public TimeSpan? TakeMessage() => _messages?.Take();

    /// <returns>Null, or how long to wait before the next call of this tool.</returns>
    public TimeSpan? TakeCall(string server, string tool, int perMinute)
    {
        if (_calls.TryGetValue((server, tool), out var bucket)) return bucket.Take();
        var key = _calls.Count < MostTools ? (server, tool) : (server, "");
        return _calls.GetOrAdd(key, static (_, made) => new TokenBucket(made.perMinute, made.time), (perMinute, time)).Take();
    }

    /// <summary>Counts a refusal.</summary>
    /// <returns>How many there were since the last one that was put on record, if this one is to be; else 0.</returns>
    public int CountRefusal()
    {
        Interlocked.Increment(ref _refused);
        var now = time.GetTimestamp();
        var last = Interlocked.Read(ref _lastRecord);
        if (last != 0 && time.GetElapsedTime(last, now) < _betweenRecords) return 0;
        return Interlocked.CompareExchange(ref _lastRecord, now, last) == last ? Interlocked.Exchange(ref _refused, 0) : 0;
    }

    /// <summary>Takes it out of use if a new one would be the same: nothing runs, nothing was used up that is not there again.</summary>
    public bool Retire() => _messages?.IsFull != false && _calls.Values.All(bucket => bucket.IsFull) && Occupancy.Retire();
}
