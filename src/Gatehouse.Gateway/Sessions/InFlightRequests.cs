using System.Collections.Concurrent;
using System.Text;

namespace Gatehouse.Gateway.Sessions;

/// <summary>
/// The requests of legacy sessions that are being answered, so that <c>notifications/cancelled</c> finds the one it means.
/// </summary>
internal sealed class InFlightRequests
{
    private readonly ConcurrentDictionary<(string Session, string Id), Action> _running = new();

    /// <summary>Enters a request; dispose the entry when it has been answered. An id that is in use is not entered twice.</summary>
    /// <param name="id">The raw id: the string "1" and the number 1 differ.</param>
    /// <param name="cancel">Cancels it. May be called when it has just been answered: that race is one that the specification asks us to bear.</param>
    public Entry Add(McpSession session, ReadOnlySpan<byte> id, Action cancel)
    {
        var key = (session.Key, Encoding.UTF8.GetString(id));
        return _running.TryAdd(key, cancel) ? new Entry(this, key) : default;
    }

    /// <summary>Cancels a request of this session. One that is unknown, or over, is ignored (MCP, "Cancellation").</summary>
    public void Cancel(McpSession session, ReadOnlySpan<byte> id)
    {
        if (_running.TryGetValue((session.Key, Encoding.UTF8.GetString(id)), out var cancel)) cancel();
    }

    public readonly struct Entry(InFlightRequests owner, (string Session, string Id) key) : IDisposable
    {
        public void Dispose() => owner?._running.TryRemove(key, out _);
    }
}
