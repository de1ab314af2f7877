using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>From the name of a tool or prompt, as a client uses it, to the server and the name that the server uses.</summary>
internal sealed class NamedRoutes(IUpstreams upstreams, AccessPolicy policy, NameIndex names, ListCache lists)
{
    /// <summary>
    /// Nothing is looked up but the server, unless the name is a hashed one. What stands behind that is known from the server's list; if
    /// no list has come by yet, since the start or in this process, it is asked for.
    /// </summary>
    public ValueTask<NamedRoute> FindAsync(Exchange exchange, AggregateView view, ListKind kind, string? exposed, SessionBinding session)
    {
        if (exposed is null) return new(NamedRoute.Nowhere("no name"));
        var isRenamed = view.TryFindRenamed(exposed, out var name);
        if (!isRenamed)
        {
            if (!ExposedName.TryParse(exposed, out var parsed)) return new(NamedRoute.Nowhere("no server's name in front"));
            name = parsed.Value;
        }

        if (!view.Includes(name.Server, kind) || !policy.Allows(exchange.Caller, name.Server) || !upstreams.TryFind(name.Server, out var upstream))
            return new(NamedRoute.Nowhere("no server of that prefix, or not for this user"));
        if (isRenamed || !HashedName.Looks(name.Name)) return new(Judge(view, kind, upstream, name.Name, isRenamed));
        if (names.Find(kind, exposed) is { } known) return new(Judge(view, kind, upstream, known, isRenamed));
        return AskAsync(exchange, view, kind, exposed, upstream, session);
    }

    private async ValueTask<NamedRoute> AskAsync(Exchange exchange, AggregateView view, ListKind kind, string exposed, IUpstream upstream, SessionBinding session)
    {
        await upstream.SettledAsync(exchange.Http.RequestAborted);
        var list = await lists.GetAsync(new ListAsker(exchange, session), upstream, kind, exchange.Http.RequestAborted);
        var byName = names.Expose(upstream.Name, kind, list.Pages.SelectMany(page => page.Items).Select(item => item.KeyValue));
        foreach (var (own, each) in byName)
        {
            if (each == exposed) return Judge(view, kind, upstream, own, isRenamed: false);
        }

        return list.Problem is null
            ? NamedRoute.Nowhere("the server's list holds no such name")
            : new NamedRoute(upstream, null, $"it {list.Problem}");
    }

    /// <summary>A tool that has another name here is not there under its usual one.</summary>
    private static NamedRoute Judge(AggregateView view, ListKind kind, IUpstream upstream, string own, bool isRenamed)
    {
        if (kind != ListKind.Tools) return isRenamed ? NamedRoute.Nowhere("only tools are renamed") : new NamedRoute(upstream, own, null);
        return !view.Shows(upstream.Name, own) ? NamedRoute.Nowhere("the virtual server does not show it")
            : !isRenamed && view.NewNameOf(upstream.Name, own) is not null ? NamedRoute.Nowhere("the virtual server has another name for it")
            : new NamedRoute(upstream, own, null);
    }
}

/// <summary>Where a name leads: to a server, to nothing, or to a server that could not be asked what it means.</summary>
/// <param name="Upstream">The server; null if there is nothing of that name here.</param>
/// <param name="Name">The name that it uses; null if that cannot be found out.</param>
/// <param name="Reason">Why one of them is null, for the operator.</param>
internal readonly record struct NamedRoute(IUpstream? Upstream, string? Name, string? Reason)
{
    public static NamedRoute Nowhere(string reason) => new(null, null, reason);
}
