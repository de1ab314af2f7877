using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>The servers of a view that one caller may use, in configured order.</summary>
internal sealed class VisibleUpstreams(GatehouseSettings settings, IUpstreams upstreams, AccessPolicy policy, TimeProvider time)
{
    /// <summary>How long a client waits for servers that are still starting; those that are not up by then are reported as such.</summary>
    private static readonly TimeSpan _startPatience = TimeSpan.FromSeconds(10);

    public IReadOnlyList<IUpstream> Of(Caller caller, AggregateView view) =>
        [.. upstreams.All.Where(upstream => view.Includes(upstream.Name) && policy.Allows(caller, upstream.Name))];

    /// <summary>The same, once none of them is starting any more or the time for that is over.</summary>
    public async Task<IReadOnlyList<IUpstream>> SettledAsync(Caller caller, AggregateView view, CancellationToken cancellationToken)
    {
        var visible = Of(caller, view);
        if (visible.All(upstream => upstream.Status.State != UpstreamState.Starting)) return visible;
        using var patience = new CancellationTokenSource(_startPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await Task.WhenAll(visible.Select(upstream => upstream.SettledAsync(either.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return visible;
        }

        return visible;
    }

    /// <summary>What the servers of an era can do together, as far as the view shows it. Tools always: there is no other reason to come.</summary>
    public static UpstreamFeatures FeaturesOf(IEnumerable<IUpstream> visible, AggregateView view, Era era) => visible
        .Where(upstream => upstream.Status is { State: UpstreamState.Up } status && status.Speaks(era))
        .Aggregate(UpstreamFeatures.Tools, (features, upstream) => features | FeaturesOf(upstream, view));

    /// <summary>The same in a legacy session that the gateway answers for.</summary>
    public UpstreamFeatures SessionFeaturesOf(IEnumerable<IUpstream> visible, AggregateView view) => visible
        .Where(upstream => upstream.Status is { State: UpstreamState.Up } status && status.Speaks(Era.Legacy))
        .Aggregate(UpstreamFeatures.Tools, (features, upstream) => features | Shown(SessionFeatures.Of(upstream.Status, settings.McpServers[upstream.Name]), upstream.Name, view));

    /// <summary>What one server can do, as far as the view shows it.</summary>
    public static UpstreamFeatures FeaturesOf(IUpstream upstream, AggregateView view) => Shown(upstream.Status.Features, upstream.Name, view);

    private static UpstreamFeatures Shown(UpstreamFeatures features, string server, AggregateView view)
    {
        if (!view.Includes(server, ListKind.Tools)) features &= ~(UpstreamFeatures.Tools | UpstreamFeatures.ToolsListChanged | UpstreamFeatures.Tasks);
        if (!view.Includes(server, ListKind.Prompts)) features &= ~(UpstreamFeatures.Prompts | UpstreamFeatures.PromptsListChanged);
        if (!view.Includes(server, ListKind.Resources)) features &= ~(UpstreamFeatures.Resources | UpstreamFeatures.ResourcesListChanged | UpstreamFeatures.ResourcesSubscribe);
        return (features & (UpstreamFeatures.Prompts | UpstreamFeatures.Resources)) == 0 ? features & ~UpstreamFeatures.Completions : features;
    }
}
