using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>GET in a session that the gateway answers for: opens the session's own stream, or takes one up again that broke.</summary>
internal sealed class SessionListening(Relay relay, SessionStreams streams, EventLogs logs, IUpstreams upstreams, SessionReach reach, IHostApplicationLifetime life)
{
    private const string LastEventId = "Last-Event-ID";

    public async Task HandleAsync(HttpContext http, Caller caller, McpSession session)
    {
        if (http.Request.Headers[LastEventId] is not [{ Length: > 0 } last])
        {
            await OpenAsync(http, caller, session);
        }
        else if (!EventId.TryParse(session.Key, last, out var id))
        {
            await RefuseAsync(http, $"{LastEventId} names no event of this session");
        }
        else if (!await TryTakeUpAsync(http, id.Value))
        {
            // It was in another process, or too long ago. Of the session's own stream, what was said meanwhile is lost; what will be said need not be.
            if (id.Value.IsOfSession) await OpenAsync(http, caller, session);
            else await RefuseAsync(http, "What came after this event is no longer here");
        }
    }

    /// <summary>The same in a session that is the server's own, whose streams only have ids of ours where it gave none.</summary>
    /// <returns>False if this is for the server to answer.</returns>
    public async Task<bool> TryHandleAsync(HttpContext http, McpSession session)
    {
        if (http.Request.Method != "GET" || http.Request.Headers[LastEventId] is not [{ } last] || !EventId.TryParse(session.Key, last, out var id)) return false;
        if (!await TryTakeUpAsync(http, id.Value)) await RefuseAsync(http, "What came after this event is no longer here");
        return true;
    }

    private async Task<bool> TryTakeUpAsync(HttpContext http, EventId id)
    {
        if (logs.Find(id.Stream) is not { } log || log.TakeUp(id.Number) is not { } reading) return false;
        await using var client = await relay.BeginEventsAsync(http);
        await AnswerStreams.WriteAsync(http, client, log, reading);
        return true;
    }

    private static Task RefuseAsync(HttpContext http, string message) => http.Response.RefuseAsync(StatusCodes.Status400BadRequest, JsonRpcCode.InvalidRequest, message);

    /// <summary>Stays until nobody can take the stream up any more: meanwhile the servers are listened to, so that nothing is missing from it.</summary>
    private async Task OpenAsync(HttpContext http, Caller caller, McpSession session)
    {
        var stream = new OpenStream(session, caller, logs.Begin(session.Key, ofSession: true));
        var reading = stream.Log.TakeUp(0)!;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(life.ApplicationStopping);
        streams.Open(stream);
        var listening = ListenAsync(caller, session, over.Token);
        try
        {
            using var stopping = life.ApplicationStopping.UnsafeRegister(static log => ((EventLog)log!).Complete(), stream.Log);
            await using (var client = await relay.BeginEventsAsync(http))
            {
                if (AnswerStreams.UnderstandsPriming(session, http.Request.Headers)) await client.WriteAsync(stream.Log.Priming(AnswerStreams.Retry));
                if (await AnswerStreams.WriteAsync(http, client, stream.Log, reading)) return;
            }

            await stream.Log.Over.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            streams.Close(stream);
            logs.Forget(stream.Log);
            await over.CancelAsync();
            await listening;
        }
    }

    private async Task ListenAsync(Caller caller, McpSession session, CancellationToken cancellationToken)
    {
        var servers = upstreams.All.Where(server => reach.Has(session, caller, server.Name));
        try
        {
            await Task.WhenAll(servers.Select(server => server.ListenAsync(SessionOpening.Managed(session), caller, cancellationToken)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The stream is over.
            return;
        }
    }
}
