using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary><c>/mcp</c>: every server that the caller may use, as one.</summary>
internal sealed class AggregateHandler(
    GatehouseSettings settings,
    AccessPolicy policy,
    IUpstreams upstreams,
    VisibleUpstreams visible,
    MergedLists lists,
    Resources resources,
    LogLevels levels,
    Forwarder forwarder,
    SessionIds sessions)
{
    public Task HandleAsync(Exchange exchange)
    {
        var method = exchange.Message.Method!;
        var session = SessionOpening.BindingOf(exchange.Session);
        if (ListKind.Of(method) is { } kind) return lists.AnswerAsync(exchange, kind, session);
        return method switch
        {
            McpMethods.CallTool => CallAsync(exchange, session),
            McpMethods.GetPrompt => GetPromptAsync(exchange, session),
            McpMethods.ReadResource => resources.ReadAsync(exchange, session),
            McpMethods.Complete => CompleteAsync(exchange, session),
            McpMethods.Subscribe or McpMethods.Unsubscribe when exchange.Era == Era.Legacy => resources.SubscribeAsync(exchange, session),
            McpMethods.SetLogLevel when exchange.Era == Era.Legacy => levels.SetAsync(exchange, session),
            McpMethods.Initialize => InitializeAsync(exchange),
            McpMethods.Discover when exchange.Era == Era.Modern => DiscoverAsync(exchange),
            McpMethods.Ping when exchange.Era == Era.Legacy => exchange.ResultAsync(_ => { }),
            _ => exchange.RefuseAsync(Refusal.MethodNotFound(exchange.Era, method)),
        };
    }

    private async Task InitializeAsync(Exchange exchange)
    {
        if (!SessionOpening.TryBegin(exchange, server: null, out var session, out var refusal))
        {
            await exchange.RefuseAsync(refusal);
            return;
        }

        var usable = await visible.SettledAsync(exchange.Caller, exchange.Http.RequestAborted);
        exchange.BeginSession(sessions, session);
        await exchange.ResultAsync(Handshake.Initialized(session.ProtocolVersion, visible.SessionFeaturesOf(usable)));
    }

    /// <summary>
    /// A client that knows both eras lands where the most servers are. A modern server that nobody has asked yet counts for
    /// both: most of them still speak the legacy era too.
    /// </summary>
    private async Task DiscoverAsync(Exchange exchange)
    {
        var usable = await visible.SettledAsync(exchange.Caller, exchange.Http.RequestAborted);
        var modern = usable.Count(upstream => upstream.Status.Speaks(Era.Modern));
        var legacy = usable.Count(upstream => upstream.Status is { State: UpstreamState.Up } status && status.Speaks(Era.Legacy));
        if (modern > 0 && modern >= legacy) await exchange.ResultAsync(Handshake.Discovered(VisibleUpstreams.FeaturesOf(usable, Era.Modern)));
        else await exchange.RefuseAsync(Refusal.MethodNotFound(Era.Modern, McpMethods.Discover));
    }

    private Task CallAsync(Exchange exchange, SessionBinding session)
    {
        var message = exchange.Message;
        if (!TryRoute(exchange, message.NameValue, out var name, out var upstream)) return exchange.RefuseAsync(Refusal.Unknown("tool", message.NameValue, "no server of that prefix, or not for this user"));
        (exchange.Server, exchange.Target) = (name.Server, name.Name);
        if (policy.Decide(exchange.Caller, name.Server, name.Name) is Verdict.Denied denied) return exchange.RefuseAsync(Refusal.Unknown("tool", message.NameValue, denied.Reason));
        var renamed = UserArgument.Apply(Splice.Rename(message, name.Name), exchange.Caller, settings.McpServers[name.Server].ForwardUser);
        return forwarder.ForwardAsync(exchange, upstream, renamed, session);
    }

    private Task GetPromptAsync(Exchange exchange, SessionBinding session)
    {
        var message = exchange.Message;
        if (!TryRoute(exchange, message.NameValue, out var name, out var upstream)) return exchange.RefuseAsync(Refusal.Unknown("prompt", message.NameValue, "no server of that prefix, or not for this user"));
        exchange.Target = name.Name;
        return forwarder.ForwardAsync(exchange, upstream, Splice.Rename(message, name.Name), session);
    }

    private Task CompleteAsync(Exchange exchange, SessionBinding session)
    {
        var message = exchange.Message;
        if (message.RefUriValue is { } uri) return resources.CompleteAsync(exchange, uri, session);
        if (!TryRoute(exchange, message.RefNameValue, out var name, out var upstream)) return exchange.RefuseAsync(Refusal.Unknown("prompt", message.RefNameValue, "no server of that prefix, or not for this user"));
        exchange.Target = name.Name;
        return forwarder.ForwardAsync(exchange, upstream, Splice.RenameReference(message, name.Name), session);
    }

    private bool TryRoute(Exchange exchange, string? exposed, out ExposedName name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IUpstream? upstream)
    {
        upstream = null;
        name = default;
        if (!ExposedName.TryParse(exposed, out var parsed)) return false;
        name = parsed.Value;
        return policy.Allows(exchange.Caller, name.Server) && upstreams.TryFind(name.Server, out upstream);
    }
}
