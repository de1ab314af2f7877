using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>Resources on aggregates: their URIs name no server, so the one that has them is looked for.</summary>
internal sealed class Resources(GatehouseSettings settings, VisibleUpstreams visible, Forwarder forwarder, Inquiry inquiry, ResourceIndex index)
{
    public Task ReadAsync(Exchange exchange, AggregateView view, SessionBinding session) => RouteAsync(exchange, view, UpstreamFeatures.Resources, session);

    /// <summary><c>resources/subscribe</c> and <c>resources/unsubscribe</c>.</summary>
    public Task SubscribeAsync(Exchange exchange, AggregateView view, SessionBinding session) => RouteAsync(exchange, view, UpstreamFeatures.ResourcesSubscribe, session);

    /// <summary><c>completion/complete</c> for a template's variable.</summary>
    public async Task CompleteAsync(Exchange exchange, AggregateView view, string uri, SessionBinding session)
    {
        var candidates = await CandidatesAsync(exchange, view, uri, UpstreamFeatures.Completions);
        if (candidates is [{ IsKnown: true, Upstream: var known }, ..])
        {
            await forwarder.ForwardAsync(exchange, known, exchange.Message, session);
            return;
        }

        // The client may have its list from before a restart, or from another process.
        if (!await AnyAnswersAsync(exchange, candidates.Select(candidate => candidate.Upstream), session)) await exchange.RefuseAsync(Refusal.Unknown("resource template", uri, "no server has it"));
    }

    private async Task RouteAsync(Exchange exchange, AggregateView view, UpstreamFeatures feature, SessionBinding session)
    {
        if (exchange.Message.UriValue is not { } uri)
        {
            await exchange.RefuseAsync(new Refusal(StatusCodes.Status200OK, JsonRpcCode.InvalidParams, "The uri of the resource is missing"));
            return;
        }

        var candidates = await CandidatesAsync(exchange, view, uri, feature);
        if (candidates is [{ IsKnown: true, Upstream: var known }, ..])
        {
            await forwarder.ForwardAsync(exchange, known, exchange.Message, session);
            return;
        }

        if (!await AnyAnswersAsync(exchange, candidates.Select(candidate => candidate.Upstream), session)) await exchange.RefuseAsync(NotFound(exchange.Era, uri));
    }

    /// <summary>Asks one server after the other, until one answers with more than an error.</summary>
    private async Task<bool> AnyAnswersAsync(Exchange exchange, IEnumerable<IUpstream> upstreams, SessionBinding session)
    {
        foreach (var upstream in upstreams)
        {
            if (await inquiry.AskAsync(exchange, upstream, session) is not { } answer) continue;
            exchange.Server = upstream.Name;
            await exchange.AnswerAsync(answer);
            return true;
        }

        return false;
    }

    private async Task<IReadOnlyList<(IUpstream Upstream, bool IsKnown)>> CandidatesAsync(Exchange exchange, AggregateView view, string uri, UpstreamFeatures feature)
    {
        var upstreams = (await visible.SettledAsync(exchange.Caller, view, exchange.Http.RequestAborted))
            .Where(upstream => view.Includes(upstream.Name, ListKind.Resources) && upstream.Status is { State: UpstreamState.Up } status && status.Speaks(exchange.Era) && (SessionFeatures.Of(status, settings.McpServers[upstream.Name]) & feature) != 0)
            .ToDictionary(upstream => upstream.Name, StringComparer.Ordinal);
        return [.. index.Candidates(uri, [.. upstreams.Keys]).Select(candidate => (upstreams[candidate.Server], candidate.IsKnown))];
    }

    private static Refusal NotFound(Era era, string uri) => new(
        StatusCodes.Status200OK, era == Era.Modern ? JsonRpcCode.InvalidParams : JsonRpcCode.ResourceNotFound, "Resource not found", "no server has it",
        json => json.WriteString("uri"u8, uri));
}
