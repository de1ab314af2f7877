using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream;

/// <summary>What of a server's features works in a session that the gateway answers for.</summary>
internal static class SessionFeatures
{
    /// <summary>Everything, but where several sessions share a program: there none of them can have a log level to itself.</summary>
    public static UpstreamFeatures Of(UpstreamStatus status, ServerSettings settings) =>
        settings.Transport == ServerTransport.Http || settings.Pool == StdioPool.PerSession ? status.Features : status.Features & ~UpstreamFeatures.Logging;
}
