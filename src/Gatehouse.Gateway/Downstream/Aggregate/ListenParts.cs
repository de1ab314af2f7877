using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>Which servers a listen concerns, and each with what: those that the caller may use, and only what they offer.</summary>
internal sealed class ListenParts(VisibleUpstreams visible, ResourceIndex index, AggregateTasks tasks)
{
    public async Task<IReadOnlyList<ListenPart>> OfAsync(Exchange exchange, AggregateView view, ListenFilter asked)
    {
        var upstreams = (await visible.SettledAsync(exchange.Caller, view, exchange.Http.RequestAborted))
            .Where(upstream => upstream.Status is { State: UpstreamState.Up } status && status.Speaks(Era.Modern)).ToList();
        var uris = UrisOf(asked.ResourceSubscriptions, [.. upstreams.Where(upstream => Offers(upstream, view, UpstreamFeatures.ResourcesSubscribe)).Select(upstream => upstream.Name)]);
        var taskIds = TasksOf(exchange, view, asked);
        var parts = new List<ListenPart>();
        foreach (var upstream in upstreams)
        {
            var ofServer = Offers(upstream, view, UpstreamFeatures.Tasks) ? taskIds[upstream.Name].ToDictionary(task => task.TaskId, task => task.SealedId, StringComparer.Ordinal) : [];
            var filter = new ListenFilter
            {
                Tools = asked.Tools && Offers(upstream, view, UpstreamFeatures.ToolsListChanged),
                Prompts = asked.Prompts && Offers(upstream, view, UpstreamFeatures.PromptsListChanged),
                Resources = asked.Resources && Offers(upstream, view, UpstreamFeatures.ResourcesListChanged),
                ResourceSubscriptions = [.. uris[upstream.Name]],
                TaskIds = [.. ofServer.Keys],
            };
            if (!filter.IsEmpty) parts.Add(new ListenPart(upstream, filter, ofServer));
        }

        return parts;
    }

    private static bool Offers(IUpstream upstream, AggregateView view, UpstreamFeatures feature) => (VisibleUpstreams.FeaturesOf(upstream, view) & feature) != 0;

    /// <summary>Each URI by the server that is known to have it; by all that can be subscribed to, where none is.</summary>
    private ILookup<string, string> UrisOf(IEnumerable<string> uris, IReadOnlyList<string> servers) => uris
        .SelectMany(uri => index.Candidates(uri, servers) switch
        {
            [{ IsKnown: true } known, ..] => [(known.Server, Uri: uri)],
            var candidates => candidates.Select(candidate => (candidate.Server, Uri: uri)),
        })
        .ToLookup(each => each.Server, each => each.Uri, StringComparer.Ordinal);

    /// <summary>Tasks of others are none.</summary>
    private ILookup<string, (string TaskId, string SealedId)> TasksOf(Exchange exchange, AggregateView view, ListenFilter asked)
    {
        var known = new List<(string Server, string TaskId, string SealedId)>();
        foreach (var sealedId in exchange.Message.DeclaresTasks ? asked.TaskIds : [])
        {
            if (tasks.Find(exchange, view, sealedId) is (var upstream, var taskId)) known.Add((upstream.Name, taskId, sealedId));
        }

        return known.DistinctBy(task => (task.Server, task.TaskId)).ToLookup(task => task.Server, task => (task.TaskId, task.SealedId), StringComparer.Ordinal);
    }
}
