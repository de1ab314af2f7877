using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Downstream.Aggregate;
using Gatehouse.Gateway.Downstream.Authentication;
using Gatehouse.Gateway.Downstream.Limits;
using Gatehouse.Gateway.Downstream.Streams;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Downstream;

/// <summary>
/// What happens to a request at <c>/mcp</c> or <c>/mcp/{server}</c>, in this order: who is it, may they be here, what do they
/// say, may they say it, where does it go. And then it is put on record.
/// </summary>
internal sealed partial class McpEndpoint(
    GatehouseSettings settings,
    AccessTokens tokens,
    PublicEndpoints endpoints,
    Challenge challenge,
    Origins origins,
    AccessPolicy policy,
    AggregateViews views,
    SessionIds sessions,
    ClientMessages clientMessages,
    SessionListening listening,
    SessionEnds ends,
    Allowances allowances,
    AggregateHandler aggregate,
    SingleServerHandler single,
    Recorder recorder,
    TimeProvider time,
    ILogger<McpEndpoint> logger)
{
    public async Task HandleAsync(HttpContext http, string? server)
    {
        if (!origins.Allows(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (await AuthenticateAsync(http, server) is not { } caller) return;
        if (server is not null && policy.DecideEndpoint(caller, server) is Verdict.Denied denied)
        {
            NoSuchServer(caller.Subject, denied.Reason);
            await http.Response.RefuseAsync(StatusCodes.Status404NotFound, JsonRpcCode.InvalidRequest, $"There is no server {server} here");
            return;
        }

        switch (http.Request.Method)
        {
            case "POST":
                await PostAsync(http, caller, server);
                break;
            case "GET" or "DELETE" when !Eras.IsModern(http.Request.Headers):
                await DriveSessionAsync(http, caller, server);
                break;
            default:
                MethodNotAllowed(http.Response);
                break;
        }
    }

    private async ValueTask<Caller?> AuthenticateAsync(HttpContext http, string? server)
    {
        const string Scheme = "Bearer ";
        var token = http.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
        if (token is null)
        {
            challenge.Unauthorized(http.Response, server, hadToken: false);
            return null;
        }

        switch (await tokens.CheckAsync(token, endpoints.Resource(server), http.RequestAborted))
        {
            case TokenResult.Valid { Token.Caller: var caller } when caller.Scopes.Contains(GatehouseScopes.Mcp):
                return caller;
            case TokenResult.Valid:
                challenge.InsufficientScope(http.Response, server);
                return null;
            case TokenResult.Invalid invalid:
                TokenRefused(invalid.Reason);
                challenge.Unauthorized(http.Response, server, hadToken: true);
                return null;
            default:
                throw new InvalidOperationException("A token is valid or it is not.");
        }
    }

    private async Task PostAsync(HttpContext http, Caller caller, string? server)
    {
        var (now, started) = (time.GetUtcNow(), time.GetTimestamp());
        if (await MessageIntake.ReadAsync(http, settings.Limits.RequestBytes) is not { } message) return;
        var era = Eras.Of(http.Request.Headers, message);
        McpSession? session = null;
        if (era == Era.Legacy && message.Method != McpMethods.Initialize)
        {
            session = await FindSessionAsync(http, caller, server, message);
            if (session is null) return;
        }

        var exchange = new Exchange { Http = http, Caller = caller, Endpoint = server, Message = message, Era = era, Session = session, Time = now, Started = started };
        try
        {
            await recorder.ReadyAsync(http.RequestAborted);
        }
        catch (AuditUnavailableException unavailable)
        {
            NotRecorded(unavailable.Message);
            http.Response.Headers.RetryAfter = "10";
            await exchange.RefuseAsync(new Refusal(StatusCodes.Status503ServiceUnavailable, JsonRpcCode.InternalError, "The audit trail cannot be written, so nothing is done; try again later"));
            return;
        }

        await RecordedAsync(exchange);
    }

    /// <summary>However it ends, it ends up on record.</summary>
    private async Task RecordedAsync(Exchange exchange)
    {
        try
        {
            var full = allowances.Enter(exchange, out var place);
            using var entered = place;
            await (full is null ? DispatchAsync(exchange) : exchange.RefuseAsync(full));
        }
        catch (OperationCanceledException) when (exchange.Http.RequestAborted.IsCancellationRequested)
        {
            exchange.Conclude(AuditOutcome.Cancelled, "the client went away");
        }
        catch (Exception bug)
        {
            exchange.Conclude(AuditOutcome.Failed, $"a fault of the gateway: {bug.GetType().Name}");
            throw;
        }
        finally
        {
            if (exchange.IsRecorded) await recorder.RecordAsync(exchange, CancellationToken.None);
        }
    }

    private Task DispatchAsync(Exchange exchange)
    {
        var message = exchange.Message;
        if (message.Kind != MessageKind.Request) return TakeAsync(exchange);
        if (exchange.Era == Era.Modern && ModernRules.Check(exchange.Http.Request.Headers, message) is { } refusal) return exchange.RefuseAsync(refusal);
        return views.Of(exchange.Endpoint) is { } view ? aggregate.HandleAsync(exchange, view) : single.HandleAsync(exchange, exchange.Endpoint!);
    }

    /// <summary>Notifications, and answers to a server's requests.</summary>
    private Task TakeAsync(Exchange exchange)
    {
        var message = exchange.Message;
        if (exchange.Era == Era.Modern && message.Kind == MessageKind.Response)
            return exchange.RefuseAsync(new Refusal(StatusCodes.Status400BadRequest, JsonRpcCode.InvalidRequest, "A client sends requests and notifications"));
        if (exchange.Session is { IsUpstreams: true, Server: { } server }) return single.PassOnAsync(exchange, server);
        if (exchange.Session is { } session) return clientMessages.TakeAsync(exchange, session);
        exchange.Http.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    /// <summary>GET and DELETE: streams and ends of sessions, the server's own or ours.</summary>
    private async Task DriveSessionAsync(HttpContext http, Caller caller, string? server)
    {
        if (await FindSessionAsync(http, caller, server, null) is not { } session) return;
        var isDelete = http.Request.Method == "DELETE";
        if (isDelete) await ends.EndAsync(session, http.RequestAborted);
        if (!isDelete) await StreamAsync(http, caller, session);
        else if (session.IsUpstreams) await single.DriveAsync(http, caller, session, http.Request.Method);
        else http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task StreamAsync(HttpContext http, Caller caller, McpSession session)
    {
        if (!allowances.TryEnterStream(caller, out var place))
        {
            http.Response.Headers.RetryAfter = "1";
            await http.Response.RefuseAsync(StatusCodes.Status429TooManyRequests, JsonRpcCode.TooManyRequests, $"At most {settings.Limits.StreamsPerUser} streams may be open");
            return;
        }

        using (place)
        {
            if (!session.IsUpstreams) await listening.HandleAsync(http, caller, session);
            else if (!await listening.TryHandleAsync(http, session)) await single.DriveAsync(http, caller, session, http.Request.Method);
        }
    }

    /// <summary>The session that the request names, or null after it was refused: an id proves nothing, it must be this user's.</summary>
    private async Task<McpSession?> FindSessionAsync(HttpContext http, Caller caller, string? server, Envelope? message)
    {
        var id = message?.Id is { } range ? range.Of(message.Body) : default;
        if (SessionHeader.Of(http.Request.Headers) is not { } header)
        {
            await http.Response.RefuseAsync(StatusCodes.Status400BadRequest, JsonRpcCode.InvalidRequest, $"The header {SessionHeader.Name} is missing: send initialize first", id);
            return null;
        }

        if (sessions.Open(header) is { } session && session.Subject == caller.Subject && session.ClientId == caller.ClientId && session.Server == server) return session;
        await http.Response.RefuseAsync(StatusCodes.Status404NotFound, JsonRpcCode.SessionNotFound, "Session not found: send initialize again", id);
        return null;
    }

    private static void MethodNotAllowed(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        response.Headers.Allow = "GET, POST, DELETE";
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused an access token: {Reason}")]
    private partial void TokenRefused(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Refused {Subject} a server: {Reason}")]
    private partial void NoSuchServer(string subject, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refused a call that could not be recorded: {Reason}")]
    private partial void NotRecorded(string reason);
}
