using Gatehouse.Core.Audit;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>One list of everything that a caller may use. A server that fails is named in <c>_meta</c> and takes nothing from the others.</summary>
internal sealed class MergedLists(VisibleUpstreams visible, ListCollector collector, AccessPolicy policy, ResourceIndex index, NameIndex names)
{
    public async Task AnswerAsync(Exchange exchange, AggregateView view, ListKind kind, SessionBinding session)
    {
        if (exchange.Message.HasCursor)
        {
            // Everything comes in one page, so no cursor is one of ours.
            await exchange.RefuseAsync(new Refusal(StatusCodes.Status200OK, JsonRpcCode.InvalidParams, "Invalid cursor"));
            return;
        }

        var upstreams = await visible.SettledAsync(exchange.Caller, view, exchange.Http.RequestAborted);
        var shown = upstreams.Where(upstream => view.Includes(upstream.Name, kind));
        var parts = await Task.WhenAll(shown.Select(upstream => PartAsync(exchange, view, upstream, kind, session)));
        var missing = parts.Where(part => part.Problem is not null).Select(part => $"{part.Server} {part.Problem}").ToList();
        if (missing.Count > 0) exchange.Conclude(AuditOutcome.Failed, string.Join("; ", missing));
        await exchange.AnswerAsync(MergedList.Write(exchange.Id, kind, parts, exchange.Era == Era.Modern));
    }

    private async Task<MergedPart> PartAsync(Exchange exchange, AggregateView view, IUpstream upstream, ListKind kind, SessionBinding session)
    {
        var server = upstream.Name;
        var status = upstream.Status;
        var problem = status.State switch
        {
            UpstreamState.Starting => "is still starting",
            UpstreamState.Down => $"is down: {status.Reason}",
            _ when !status.Speaks(exchange.Era) => exchange.Era == Era.Modern ? "speaks only the revisions with sessions" : $"speaks only {ProtocolVersions.Modern}",
            _ => null,
        };
        if (problem is not null || !Offers(status, kind)) return new MergedPart(server, [], problem, _ => null);

        var list = await collector.CollectAsync(exchange, upstream, kind, session);
        if (list.Problem is null) Learn(server, kind, list.Pages);
        return new MergedPart(server, list.Pages, list.Problem, NamesOf(view, server, kind, list.Pages))
        {
            DescriptionOf = kind == ListKind.Tools ? tool => view.DescriptionOf(server, tool) : null,
        };
    }

    /// <summary>What each item is called in the merged list; null for one that is not there.</summary>
    private Func<string, string?> NamesOf(AggregateView view, string server, ListKind kind, IReadOnlyList<ListPage> pages)
    {
        if (!kind.IsRenamed) return uri => uri;
        var exposed = names.Expose(server, kind, pages.SelectMany(page => page.Items).Select(item => item.KeyValue));
        if (kind != ListKind.Tools) return name => exposed[name];
        var rule = policy.RuleOf(server);
        return name => rule.Shows(name) && view.Shows(server, name) ? view.NewNameOf(server, name) ?? exposed[name] : null;
    }

    /// <summary>A server is only asked for what it declared; many answer anything else with an error.</summary>
    private static bool Offers(UpstreamStatus status, ListKind kind) => (status.Features & kind.Method switch
    {
        McpMethods.ListTools => UpstreamFeatures.Tools,
        McpMethods.ListPrompts => UpstreamFeatures.Prompts,
        _ => UpstreamFeatures.Resources,
    }) != 0;

    private void Learn(string server, ListKind kind, IReadOnlyList<ListPage> pages)
    {
        var keys = pages.SelectMany(page => page.Items).Select(item => item.KeyValue);
        if (kind == ListKind.Resources) index.Learn(server, keys);
        else if (kind == ListKind.ResourceTemplates) index.LearnTemplates(server, keys);
    }
}
