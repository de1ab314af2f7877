using System.Collections.Frozen;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Routing;

/// <summary>Which endpoints are aggregates, and of what.</summary>
internal sealed class AggregateViews(GatehouseSettings settings)
{
    private readonly FrozenDictionary<string, AggregateView> _virtual = settings.VirtualServers
        .ToFrozenDictionary(server => server.Key, server => new AggregateView(server.Key, server.Value), StringComparer.Ordinal);

    /// <param name="endpoint">What stands behind <c>/mcp/</c>; null for <c>/mcp</c> itself.</param>
    /// <returns>Null if the endpoint is a single server.</returns>
    public AggregateView? Of(string? endpoint) => endpoint is null ? AggregateView.Everything : _virtual.GetValueOrDefault(endpoint);
}
