using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>
/// <c>/mcp/{server}</c>: one server with nothing renamed. Over Streamable HTTP the client drives the server's own session; with
/// a program, its own or shared, and over HTTP+SSE, where a session is a connection, it is one of ours.
/// </summary>
internal sealed class SingleServerHandler(GatehouseSettings settings, AccessPolicy policy, IUpstreams upstreams, ParameterHeaders parameters, Forwarder forwarder, SessionIds sessions)
{
    /// <summary>Whether what a session sends besides requests means something to the server, because the session is its own.</summary>
    private bool OwnsSessions(IUpstream upstream) => settings.McpServers[upstream.Name].Transport != ServerTransport.Stdio && !upstream.Status.IsSse;

    public Task HandleAsync(Exchange exchange, string server)
    {
        if (!upstreams.TryFind(server, out var upstream)) throw new InvalidOperationException($"The policy knows {server}, and the upstreams do not.");
        return exchange.Message.Method switch
        {
            McpMethods.Initialize when exchange.Era == Era.Legacy => BeginAsync(exchange, upstream),
            McpMethods.CallTool => CallAsync(exchange, upstream),
            McpMethods.ListTools when policy.RuleOf(server).HidesTools => forwarder.TransformAsync(
                exchange, upstream, exchange.Message, BindingOf(exchange),
                message => FilteredList.Without(message, ListKind.Tools, policy.RuleOf(server).Shows)),
            _ => forwarder.ForwardAsync(exchange, upstream, exchange.Message, BindingOf(exchange)),
        };
    }

    /// <summary>A notification, or the answer to a request of the server's, on a session that is the server's own.</summary>
    public Task PassOnAsync(Exchange exchange, string server) => upstreams.TryFind(server, out var upstream)
        ? forwarder.ForwardAsync(exchange, upstream, exchange.Message, BindingOf(exchange))
        : Task.CompletedTask;

    /// <summary>GET (the server's own stream) and DELETE on such a session.</summary>
    public async Task DriveAsync(HttpContext http, Core.Identity.Caller caller, McpSession session, string httpMethod)
    {
        if (!upstreams.TryFind(session.Server!, out var upstream)) return;
        var request = new UpstreamRequest
        {
            Caller = caller,
            Era = Era.Legacy,
            HttpMethod = httpMethod,
            Session = new SessionBinding.Own(session.UpstreamSessionId),
            Headers = PassedHeaders.Of(http.Request.Headers),
        };
        await forwarder.StreamAsync(http, upstream, request);
    }

    private static SessionBinding BindingOf(Exchange exchange) => SessionOpening.BindingOf(exchange.Session);

    private async Task CallAsync(Exchange exchange, IUpstream upstream)
    {
        var message = exchange.Message;
        var refusal = policy.Decide(exchange.Caller, upstream.Name, message.NameValue ?? "") is Verdict.Denied denied ? Refusal.Unknown("tool", message.NameValue, denied.Reason)
            : message.NameValue is not { } name ? policy.RuleOf(upstream.Name).HidesTools ? Refusal.Unknown("tool", null, "no name to judge by") : null
            : await parameters.CheckAsync(exchange, upstream, name);
        if (refusal is not null) await exchange.RefuseAsync(refusal);
        else await forwarder.ForwardAsync(exchange, upstream, UserArgument.Apply(message, exchange.Caller, settings.McpServers[upstream.Name].ForwardUser), BindingOf(exchange));
    }

    private async Task BeginAsync(Exchange exchange, IUpstream upstream)
    {
        // Which transport it speaks is known only then.
        await upstream.SettledAsync(exchange.Http.RequestAborted);
        await (OwnsSessions(upstream) ? ForwardInitializeAsync(exchange, upstream) : InitializeAsync(exchange, upstream));
    }

    private Task ForwardInitializeAsync(Exchange exchange, IUpstream upstream) =>
        forwarder.ForwardAsync(exchange, upstream, exchange.Message, new SessionBinding.Own(null), answer =>
        {
            if (answer.Status == StatusCodes.Status200OK)
                exchange.BeginSession(sessions, OwnSession(exchange, upstream, answer.SessionId));
        });

    private static McpSession OwnSession(Exchange exchange, IUpstream upstream, string? upstreamSessionId) => new()
    {
        Subject = exchange.Caller.Subject,
        ClientId = exchange.Caller.ClientId,
        Server = upstream.Name,
        ProtocolVersion = exchange.Message.RequestedVersion ?? ProtocolVersions.Unstated,
        Key = SessionIds.NewKey(),
        IsUpstreams = true,
        UpstreamSessionId = upstreamSessionId,
    };

    /// <summary>
    /// The client gets a session of ours. A program of its own has just heard the client's words, and its answer is for the client as
    /// it is; a shared one was opened long ago, and of what it said then remains what sharing leaves.
    /// </summary>
    private Task InitializeAsync(Exchange exchange, IUpstream upstream)
    {
        if (!SessionOpening.TryBegin(exchange, upstream.Name, out var session, out var refusal)) return exchange.RefuseAsync(refusal);
        var server = settings.McpServers[upstream.Name];
        return forwarder.TransformAsync(exchange, upstream, exchange.Message, SessionOpening.Managed(session), answer =>
        {
            if (InitializeResult.Read(answer) is not { } result) return null;
            var isOwn = server.Pool == StdioPool.PerSession;
            exchange.BeginSession(sessions, isOwn ? session with { ProtocolVersion = result.ProtocolVersion ?? session.ProtocolVersion } : session);
            return isOwn ? answer : MessageWriter.Result(exchange.Id, Handshake.Initialized(session.ProtocolVersion, SessionFeatures.Of(upstream.Status, server), result));
        });
    }
}
