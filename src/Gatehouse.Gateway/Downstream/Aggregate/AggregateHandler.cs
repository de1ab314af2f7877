using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary><c>/mcp</c> and virtual servers: what a view shows of the servers that the caller may use, as one.</summary>
internal sealed class AggregateHandler(
    GatehouseSettings settings,
    AccessPolicy policy,
    VisibleUpstreams visible,
    NamedRoutes routes,
    MergedLists lists,
    Resources resources,
    AggregateTasks tasks,
    ParameterHeaders parameters,
    MergedListen listen,
    LogLevels levels,
    Forwarder forwarder,
    SessionIds sessions)
{
    public Task HandleAsync(Exchange exchange, AggregateView view)
    {
        var method = exchange.Message.Method!;
        var session = SessionOpening.BindingOf(exchange.Session);
        if (ListKind.Of(method) is { } kind) return lists.AnswerAsync(exchange, view, kind, session);
        return method switch
        {
            McpMethods.CallTool => CallAsync(exchange, view, session),
            McpMethods.GetPrompt => GetPromptAsync(exchange, view, session),
            McpMethods.ReadResource => resources.ReadAsync(exchange, view, session),
            McpMethods.Complete => CompleteAsync(exchange, view, session),
            McpMethods.GetTask or McpMethods.UpdateTask or McpMethods.CancelTask when exchange.Era == Era.Modern => tasks.AnswerAsync(exchange, view),
            McpMethods.Listen when exchange.Era == Era.Modern => listen.AnswerAsync(exchange, view),
            McpMethods.Subscribe or McpMethods.Unsubscribe when exchange.Era == Era.Legacy => resources.SubscribeAsync(exchange, view, session),
            McpMethods.SetLogLevel when exchange.Era == Era.Legacy => levels.SetAsync(exchange, view, session),
            McpMethods.Initialize => InitializeAsync(exchange, view),
            McpMethods.Discover when exchange.Era == Era.Modern => DiscoverAsync(exchange, view),
            McpMethods.Ping when exchange.Era == Era.Legacy => exchange.ResultAsync(_ => { }),
            _ => exchange.RefuseAsync(Refusal.MethodNotFound(exchange.Era, method)),
        };
    }

    private async Task InitializeAsync(Exchange exchange, AggregateView view)
    {
        if (!SessionOpening.TryBegin(exchange, view.Name, out var session, out var refusal))
        {
            await exchange.RefuseAsync(refusal);
            return;
        }

        var usable = await visible.SettledAsync(exchange.Caller, view, exchange.Http.RequestAborted);
        exchange.BeginSession(sessions, session);
        await exchange.ResultAsync(Handshake.Initialized(session.ProtocolVersion, visible.SessionFeaturesOf(usable, view), InstructionsOf(usable, view, Era.Legacy)));
    }

    /// <summary>
    /// A client that knows both eras lands where the most servers are. A modern server that nobody has asked yet counts for
    /// both: most of them still speak the legacy era too.
    /// </summary>
    private async Task DiscoverAsync(Exchange exchange, AggregateView view)
    {
        var usable = await visible.SettledAsync(exchange.Caller, view, exchange.Http.RequestAborted);
        var modern = usable.Count(upstream => upstream.Status.Speaks(Era.Modern));
        var legacy = usable.Count(upstream => upstream.Status is { State: UpstreamState.Up } status && status.Speaks(Era.Legacy));
        if (modern > 0 && modern >= legacy) await exchange.ResultAsync(Handshake.Discovered(VisibleUpstreams.FeaturesOf(usable, view, Era.Modern), InstructionsOf(usable, view, Era.Modern)));
        else await exchange.RefuseAsync(Refusal.MethodNotFound(Era.Modern, McpMethods.Discover));
    }

    /// <summary>What the servers say, each under its name; in the other era's words where it was not asked in this one.</summary>
    private static string? InstructionsOf(IEnumerable<IUpstream> usable, AggregateView view, Era era)
    {
        var said = from upstream in usable
                   let status = upstream.Status
                   where status.State == UpstreamState.Up && status.Speaks(era)
                   let preferred = era == Era.Modern ? status.DiscoverResult : status.InitializeResult
                   let other = era == Era.Modern ? status.InitializeResult : status.DiscoverResult
                   let text = Instructions.Of(preferred.IsEmpty ? other : preferred)
                   where text is not null
                   select (upstream.Name, text);
        return Instructions.Join(view.Description, [.. said]);
    }

    private async Task CallAsync(Exchange exchange, AggregateView view, SessionBinding session)
    {
        var message = exchange.Message;
        if (await RouteAsync(exchange, view, ListKind.Tools, "tool", message.NameValue, session) is not ({ } upstream, { } name, _)) return;
        var refusal = policy.Decide(exchange.Caller, upstream.Name, name) is Verdict.Denied denied
            ? Refusal.Unknown("tool", message.NameValue, denied.Reason)
            : await parameters.CheckAsync(exchange, upstream, name);
        if (refusal is not null)
        {
            await exchange.RefuseAsync(refusal);
            return;
        }

        var renamed = UserArgument.Apply(Splice.Rename(message, name), exchange.Caller, settings.McpServers[upstream.Name].ForwardUser);
        await forwarder.ForwardAsync(exchange, tasks.Sealing(exchange, upstream), renamed, session);
    }

    private async Task GetPromptAsync(Exchange exchange, AggregateView view, SessionBinding session)
    {
        var message = exchange.Message;
        if (await RouteAsync(exchange, view, ListKind.Prompts, "prompt", message.NameValue, session) is not ({ } upstream, { } name, _)) return;
        await forwarder.ForwardAsync(exchange, upstream, Splice.Rename(message, name), session);
    }

    private async Task CompleteAsync(Exchange exchange, AggregateView view, SessionBinding session)
    {
        var message = exchange.Message;
        if (message.RefUriValue is { } uri)
        {
            await resources.CompleteAsync(exchange, view, uri, session);
            return;
        }

        if (await RouteAsync(exchange, view, ListKind.Prompts, "prompt", message.RefNameValue, session) is not ({ } upstream, { } name, _)) return;
        await forwarder.ForwardAsync(exchange, upstream, Splice.RenameReference(message, name), session);
    }

    /// <summary>Where the name leads; after an answer was given, what is no destination.</summary>
    private async ValueTask<NamedRoute> RouteAsync(Exchange exchange, AggregateView view, ListKind kind, string what, string? exposed, SessionBinding session)
    {
        var route = await routes.FindAsync(exchange, view, kind, exposed, session);
        exchange.Server = route.Upstream?.Name;
        exchange.Target = route.Name;
        if (route.Upstream is null) await exchange.RefuseAsync(Refusal.Unknown(what, exposed, route.Reason!));
        else if (route.Name is null) await Forwarder.FailAsync(exchange, route.Upstream, new UpstreamResult.Failed(UpstreamFailure.Unreachable, route.Reason!));
        return route;
    }
}
