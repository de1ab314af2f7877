using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream;

/// <summary>What of a server's features works in a session that the gateway answers for.</summary>
internal static class SessionFeatures
{
    /// <summary>What needs a session of the client's own at the server.</summary>
    private const UpstreamFeatures Personal = UpstreamFeatures.Logging | UpstreamFeatures.ResourcesSubscribe;

    /// <summary>Everything, but where clients share a channel: there nobody can have a log level or a subscription to themselves.</summary>
    public static UpstreamFeatures Of(UpstreamStatus status, ServerSettings settings) =>
        settings.Transport == ServerTransport.Http ? status.Features : status.Features & ~Personal;
}
