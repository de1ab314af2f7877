using System.Collections.Concurrent;

namespace Gatehouse.Gateway.Sessions;

/// <summary>
/// The sessions that were ended in this process. Bounded: a client that opens and ends sessions in a loop pushes out old
/// ones, whose ids then are good again for their owner, for a new and empty upstream session.
/// </summary>
internal sealed class EndedSessions
{
    public const int Limit = 50_000;

    private readonly ConcurrentDictionary<string, bool> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _inOrder = new();

    public bool Contains(string key) => _keys.ContainsKey(key);

    public void Add(string key)
    {
        if (!_keys.TryAdd(key, true)) return;
        _inOrder.Enqueue(key);
        while (_inOrder.Count > Limit && _inOrder.TryDequeue(out var oldest)) _keys.TryRemove(oldest, out _);
    }
}
