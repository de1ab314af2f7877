using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>The streams that legacy clients hold open with GET.</summary>
internal sealed class SessionStreams : ISessionMessages
{
    public bool TryDeliver(string sessionKey, string server, ReadOnlySpan<byte> message) => false;
}
