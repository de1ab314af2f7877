using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Sessions;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>Which servers a session has to do with: those of its endpoint that the policy lets its user use.</summary>
internal sealed class SessionReach(AggregateViews views, AccessPolicy policy)
{
    public bool Has(McpSession session, Caller caller, string server) =>
        (views.Of(session.Server) is { } view ? view.Includes(server) : session.Server == server) && policy.Allows(caller, server);
}
