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
internal sealed class MergedLists(GatehouseSettings settings, VisibleUpstreams visible, ListCache lists, MergedSnapshots snapshots, AccessPolicy policy, TimeProvider time)
{
    /// <summary>The names that items have on <c>/mcp</c>.</summary>
    private const string View = "/mcp";

    /// <summary>Whether what is listed here is another thing for another user, whatever the servers say.</summary>
    private readonly bool _dependsOnUser = settings.McpServers.Values.Any(server => server.IsActive && server.RequiredGroups.Count > 0);

    public async Task AnswerAsync(Exchange exchange, ListKind kind, SessionBinding session)
    {
        if (exchange.Message.HasCursor)
        {
            // Everything comes in one page, so no cursor is one of ours.
            await exchange.RefuseAsync(new Refusal(StatusCodes.Status200OK, JsonRpcCode.InvalidParams, "Invalid cursor"));
            return;
        }

        var upstreams = await visible.SettledAsync(exchange.Caller, exchange.Http.RequestAborted);
        var answers = await AskAsync(upstreams, new ListAsker(exchange, session), kind, exchange.Http.RequestAborted);
        var parts = new MergedPart[answers.Length];
        for (var place = 0; place < parts.Length; place++) parts[place] = new MergedPart(upstreams[place].Name, answers[place].Pages, answers[place].Problem) { IsStale = answers[place].IsStale };

        if (parts.Any(part => part.Problem is not null))
            exchange.Conclude(AuditOutcome.Failed, string.Join("; ", parts.Where(part => part.Problem is not null).Select(part => $"{part.Server} {part.Problem}")));
        var isModern = exchange.Era == Era.Modern;
        var head = MergedList.Head(exchange.Id, isModern ? MergedHints.Of(answers, _dependsOnUser, time) : null);
        await exchange.AnswerAsync(head, snapshots.BodyOf(new SnapshotKey(View, kind, isModern, parts), (server, name) => NameOf(kind, server, name)));
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

    private string? NameOf(ListKind kind, string server, string name) =>
        kind == ListKind.Tools && !policy.RuleOf(server).Shows(name) ? null
        : kind.IsRenamed ? new ExposedName(server, name).ToString()
        : name;

    /// <summary>A server is only asked for what it declared; many answer anything else with an error.</summary>
    private static bool Offers(UpstreamStatus status, ListKind kind) => (status.Features & kind.Method switch
    {
        McpMethods.ListTools => UpstreamFeatures.Tools,
        McpMethods.ListPrompts => UpstreamFeatures.Prompts,
        _ => UpstreamFeatures.Resources,
    }) != 0;
}
