using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>
/// The streams that legacy clients hold open with GET: what servers say beside their answers goes to exactly one stream of
/// the session (MCP 2025-11-25, "Multiple Connections"). Of a session without one nothing is kept here.
/// </summary>
internal sealed class SessionStreams : ISessionMessages, ISessionRequests, IDisposable
{
    /// <summary>How many streams a session may have open; one more ends the oldest.</summary>
    public const int MostOfOneSession = 8;

    private readonly ConcurrentDictionary<string, ImmutableList<OpenStream>> _open = new(StringComparer.Ordinal);
    private readonly SessionReach _reach;
    private readonly ServerRequestIds _ids;
    private readonly ListChanges _changes;

    public SessionStreams(SessionReach reach, ServerRequestIds ids, ListChanges changes)
    {
        (_reach, _ids, _changes) = (reach, ids, changes);
        changes.Changed += Broadcast;
    }

    /// <summary>How many sessions have one.</summary>
    public int Count => _open.Count;

    public void Open(OpenStream stream)
    {
        var all = _open.AddOrUpdate(stream.Log.SessionKey, static (_, first) => [first], static (_, before, next) => before.Add(next), stream);
        if (all.Count > MostOfOneSession) all[0].Log.Complete();
    }

    public void Close(OpenStream stream)
    {
        while (_open.TryGetValue(stream.Log.SessionKey, out var all))
        {
            var rest = all.Remove(stream);
            var isDone = rest.IsEmpty
                ? _open.TryRemove(new KeyValuePair<string, ImmutableList<OpenStream>>(stream.Log.SessionKey, all))
                : _open.TryUpdate(stream.Log.SessionKey, rest, all);
            if (isDone) return;
        }
    }

    /// <summary>The session is over, and its streams with it.</summary>
    public void End(string sessionKey)
    {
        if (!_open.TryGetValue(sessionKey, out var all)) return;
        foreach (var stream in all) stream.Log.Complete();
    }

    public bool TryDeliver(string sessionKey, string server, ReadOnlySpan<byte> message) => TryDeliver(new ServerSession(sessionKey, server, null, null), message);

    public bool TryDeliver(ServerSession from, ReadOnlySpan<byte> message)
    {
        if (!_open.TryGetValue(from.SessionKey, out var all)) return false;
        if (!ServerMessage.TryRead(message, out var said) || said.Kind == MessageKind.Response) return false;
        var carried = EventText.Carry(said.Kind == MessageKind.Request ? Address(from, message, said.Id!.Value) : message);

        // One that is being read before one whose client may still come back; the newest first.
        return all.Reverse().Where(stream => Sees(stream, from.Server)).OrderByDescending(stream => stream.Log.IsRead).Any(stream => stream.Log.TryAppend(carried));
    }

    public byte[] Address(ServerSession from, ReadOnlySpan<byte> message, ByteRange id)
    {
        var request = new ServerRequest(from.SessionKey, from.Server, from.UpstreamSessionId, from.ProtocolVersion, new RawJson(id.Of(message).ToArray()));
        return Splice.Replace(message, id, JsonText.Encode(_ids.Seal(request)));
    }

    public void Dispose() => _changes.Changed -= Broadcast;

    /// <summary>A list that is everybody's has changed: every session that sees the server hears of it, once.</summary>
    private void Broadcast(ListChange change)
    {
        if (change.Session is not null) return;
        var list = change.List switch
        {
            ChangedList.Tools => "tools",
            ChangedList.Prompts => "prompts",
            _ => "resources",
        };
        var carried = EventText.Carry(Encoding.ASCII.GetBytes($$"""{"jsonrpc":"2.0","method":"notifications/{{list}}/list_changed"}"""));
        foreach (var (_, all) in _open) _ = all.Reverse().Where(stream => Sees(stream, change.Server)).OrderByDescending(stream => stream.Log.IsRead).Any(stream => stream.Log.TryAppend(carried));
    }

    private bool Sees(OpenStream stream, string server) => _reach.Has(stream.Session, stream.Caller, server);
}

/// <summary>A session's own stream.</summary>
/// <param name="Session">The session.</param>
/// <param name="Caller">Who opened it.</param>
/// <param name="Log">Its events.</param>
internal sealed record OpenStream(McpSession Session, Caller Caller, EventLog Log);
