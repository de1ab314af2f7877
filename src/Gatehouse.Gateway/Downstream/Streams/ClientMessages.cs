using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>What a client says beside its requests in a session that the gateway answers for: news, and answers to what servers asked.</summary>
internal sealed class ClientMessages(GatehouseSettings settings, ServerRequestIds ids, InFlightRequests inFlight, SessionReach reach, IUpstreams upstreams, Forwarder forwarder)
{
    public Task TakeAsync(Exchange exchange, McpSession session)
    {
        var message = exchange.Message;
        if (message.Kind == MessageKind.Response) return AnswerAsync(exchange, session);
        if (message is { Method: McpMethods.Cancelled, CancelledId: { } id }) inFlight.Cancel(session, id.Of(message.Body.Span));
        if (message.Method is McpMethods.RootsChanged || HasItsOwnProgram(session)) return TellAllAsync(exchange, session);
        exchange.Http.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    /// <summary>The id says which server asked, and in which session of its own: the answer goes there, under the id that the server gave.</summary>
    private Task AnswerAsync(Exchange exchange, McpSession session)
    {
        var message = exchange.Message;
        if (ReadId(exchange.Id) is not { } id || ids.Open(id, session) is not { } request || !reach.Has(session, exchange.Caller, request.Server) || !upstreams.TryFind(request.Server, out var upstream))
            return exchange.RefuseAsync(new Refusal(StatusCodes.Status400BadRequest, JsonRpcCode.InvalidRequest, "This answers no request of this session"));
        var restored = Splice.Rescan(Splice.Replace(message.Body.Span, message.Id!.Value, request.Id.Text.Span));
        SessionBinding binding = request.ProtocolVersion is { } version ? new SessionBinding.Reached(request.UpstreamSessionId, version) : SessionOpening.Managed(session);
        return forwarder.ForwardAsync(exchange, upstream, restored, binding);
    }

    /// <summary>Whether all that the client says is for one program, which speaks to nobody else.</summary>
    private bool HasItsOwnProgram(McpSession session) =>
        session.Server is { } name && settings.McpServers.TryGetValue(name, out var server) && server.Pool == StdioPool.PerSession;

    /// <summary>To every server that this session has reached.</summary>
    private async Task TellAllAsync(Exchange exchange, McpSession session)
    {
        var servers = upstreams.All.Where(server => server.Status.State == UpstreamState.Up && reach.Has(session, exchange.Caller, server.Name));
        await Task.WhenAll(servers.Select(server => forwarder.TellAsync(exchange, server, SessionOpening.Managed(session))));
        exchange.Http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static string? ReadId(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }
}
