using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>One list of everything that a caller may use. A server that fails is named in <c>_meta</c> and takes nothing from the others.</summary>
internal sealed class MergedLists(GatehouseSettings settings, VisibleUpstreams visible, ListCache lists, MergedSnapshots snapshots, AccessPolicy policy, NameIndex names, TimeProvider time)
{
    /// <summary>Whether what is listed here is another thing for another user, whatever the servers say.</summary>
    private readonly bool _dependsOnUser = settings.McpServers.Values.Any(server => server.IsActive && server.RequiredGroups.Count > 0)
        || settings.VirtualServers.Values.Any(server => server.RequiredGroups.Count > 0);

    public async Task AnswerAsync(Exchange exchange, AggregateView view, ListKind kind, SessionBinding session)
    {
        if (exchange.Message.HasCursor)
        {
            // Everything comes in one page, so no cursor is one of ours.
            await exchange.RefuseAsync(new Refusal(StatusCodes.Status200OK, JsonRpcCode.InvalidParams, "Invalid cursor"));
            return;
        }

        var usable = await visible.SettledAsync(exchange.Caller, view, exchange.Http.RequestAborted);
        IReadOnlyList<IUpstream> upstreams = [.. usable.Where(upstream => view.Includes(upstream.Name, kind))];
        var answers = await AskAsync(upstreams, new ListAsker(exchange, session), kind, exchange.Http.RequestAborted);
        var parts = new MergedPart[answers.Length];
        for (var place = 0; place < parts.Length; place++) parts[place] = new MergedPart(upstreams[place].Name, answers[place].Pages, answers[place].Problem) { IsStale = answers[place].IsStale };

        if (parts.Any(part => part.Problem is not null))
            exchange.Conclude(AuditOutcome.Failed, string.Join("; ", parts.Where(part => part.Problem is not null).Select(part => $"{part.Server} {part.Problem}")));
        var isModern = exchange.Era == Era.Modern;
        var head = MergedList.Head(exchange.Id, isModern ? MergedHints.Of(answers, _dependsOnUser, time) : null);
        await exchange.AnswerAsync(head, snapshots.BodyOf(new SnapshotKey(view, kind, isModern, parts), part => LabelsOf(view, kind, part)));
    }

    /// <summary>All that must be asked at once: the slowest decides how long it takes, not the sum.</summary>
    private async ValueTask<ListAnswer[]> AskAsync(IReadOnlyList<IUpstream> upstreams, ListAsker asker, ListKind kind, CancellationToken cancellationToken)
    {
        var answers = new ListAnswer[upstreams.Count];
        List<(int Place, Task<ListAnswer> Answer)>? asked = null;
        for (var place = 0; place < answers.Length; place++)
        {
            if (WithoutAsking(upstreams[place], asker, kind) is { } answer) answers[place] = answer;
            else (asked ??= []).Add((place, lists.AskAsync(asker, upstreams[place], kind, cancellationToken)));
        }

        foreach (var (place, answer) in asked ?? []) answers[place] = await answer;
        return answers;
    }

    private ListAnswer? WithoutAsking(IUpstream upstream, ListAsker asker, ListKind kind)
    {
        var status = upstream.Status;
        if (status.State == UpstreamState.Starting) return ListAnswer.Nothing("is still starting");
        if (status.State == UpstreamState.Down) return lists.Recall(asker, upstream, kind, $"is down: {status.Reason}");
        if (!status.Speaks(asker.Era)) return ListAnswer.Nothing(asker.Era == Era.Modern ? "speaks only the revisions with sessions" : $"speaks only {ProtocolVersions.Modern}");
        return Offers(status, kind) ? lists.Fresh(asker, upstream, kind) : ListAnswer.NotOffered;
    }

    private ItemLabels LabelsOf(AggregateView view, ListKind kind, MergedPart part)
    {
        if (!kind.IsRenamed) return new ItemLabels(static uri => uri);
        var server = part.Server;
        var exposed = names.Expose(server, kind, part.Pages.SelectMany(page => page.Items).Select(item => item.KeyValue));
        if (kind != ListKind.Tools) return new ItemLabels(name => exposed[name]);
        var rule = policy.RuleOf(server);
        return new ItemLabels(
            name => rule.Shows(name) && view.Shows(server, name) ? view.NewNameOf(server, name) ?? exposed[name] : null,
            tool => view.DescriptionOf(server, tool));
    }

    /// <summary>A server is only asked for what it declared; many answer anything else with an error.</summary>
    private static bool Offers(UpstreamStatus status, ListKind kind) => (status.Features & kind.Method switch
    {
        McpMethods.ListTools => UpstreamFeatures.Tools,
        McpMethods.ListPrompts => UpstreamFeatures.Prompts,
        _ => UpstreamFeatures.Resources,
    }) != 0;
}
