using System.Collections.Concurrent;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>
/// The streams of events that this process writes, or whose clients may still come back: each until it has been alone for a
/// while. Bounded altogether: when there is too much, those that have been alone for longest go first.
/// </summary>
internal sealed class EventLogs : IDisposable
{
    /// <summary>How long a client has to come back.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan _sweeping = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, EventLog> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(EventLog Log, long Since)> _alone = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _bytes;

    public EventLogs(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static logs => ((EventLogs)logs!).Sweep(), this, _sweeping, _sweeping);
    }

    /// <summary>How many bytes all of them may keep.</summary>
    public long Limit { get; init; } = 32 * 1024 * 1024;

    public int Count => _byName.Count;

    public bool IsFull => Interlocked.Read(ref _bytes) > Limit;

    /// <param name="sessionKey">The session.</param>
    /// <param name="ofSession">Whether it is the session's own stream, rather than an answer's.</param>
    public EventLog Begin(string sessionKey, bool ofSession)
    {
        var log = new EventLog(sessionKey, EventId.NewStream(sessionKey, ofSession), this);
        _byName[log.Name] = log;
        return log;
    }

    public EventLog? Find(string name) => _byName.GetValueOrDefault(name);

    public void Account(int bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Its reader has gone: from now on its time runs.</summary>
    /// <returns>The time.</returns>
    public long Left(EventLog log)
    {
        var now = _time.GetTimestamp();
        _alone.Enqueue((log, now));
        Relieve();
        return now;
    }

    /// <summary>Makes room when there is too much. Not for whoever is inside one of the logs: this goes into others.</summary>
    public void Relieve()
    {
        if (IsFull) Sweep();
    }

    /// <summary>Nobody will come back for it.</summary>
    public void Forget(EventLog log)
    {
        if (_byName.TryRemove(log.Name, out _)) log.End();
    }

    /// <summary>Forgets those that have been alone for too long.</summary>
    public void Sweep()
    {
        while (_alone.TryPeek(out var oldest) && (IsFull || _time.GetElapsedTime(oldest.Since) >= Grace))
        {
            // One that was taken up meanwhile stands here again, further behind, once that reader has left.
            if (_alone.TryDequeue(out var next) && !next.Log.IsRead && next.Log.AloneSince <= next.Since) Forget(next.Log);
        }
    }

    public void Dispose() => _timer.Dispose();
}
