using System.Collections.Concurrent;
using System.Text;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Sessions that no client listens to, unless a test says so.</summary>
internal sealed class RecordedRequests(RecordingSessions sessions) : ISessionRequests
{
    /// <summary>What was delivered, in order.</summary>
    public ConcurrentQueue<(ServerSession From, string Message)> Delivered { get; } = new();

    /// <summary>Whether somebody listens.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The id is the server's name and its own id.</summary>
    public byte[] Address(ServerSession from, ReadOnlySpan<byte> message, ByteRange id) =>
        Splice.Replace(message, id, JsonText.Encode($"{from.Server} {Encoding.UTF8.GetString(id.Of(message))}"));

    public bool TryDeliver(ServerSession from, ReadOnlySpan<byte> message)
    {
        if (sessions.TryDeliver(from.SessionKey, from.Server, message)) return true;
        if (IsOpen) Delivered.Enqueue((from, Encoding.UTF8.GetString(message)));
        return IsOpen;
    }
}
