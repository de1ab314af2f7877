using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Limits;
using Gatehouse.Gateway.Downstream.Streams;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>One message to one upstream, its answer to the client, whatever happens on the way.</summary>
internal sealed partial class Forwarder(
    GatehouseSettings settings, Allowances allowances, Relay relay, AnswerStreams streams, InFlightRequests inFlight, TimeProvider time, ILogger<Forwarder> logger)
{
    /// <summary>Passes the answer on as it comes.</summary>
    /// <param name="message">The message as the upstream is to see it.</param>
    /// <param name="beforeAnswer">Told of the answer before its first byte goes out: the place to set headers.</param>
    public Task ForwardAsync(Exchange exchange, IUpstream upstream, Envelope message, SessionBinding session, Action<UpstreamResult.Answered>? beforeAnswer = null) =>
        RunAsync(exchange, upstream, async patience =>
        {
            var result = await upstream.SendAsync(Request(exchange, message, session) with { RelaysRequests = true }, patience.Token);
            if (result is UpstreamResult.Failed failed)
            {
                await FailAsync(exchange, upstream, failed);
                return;
            }

            var answer = (UpstreamResult.Answered)result;
            await using (answer)
            {
                beforeAnswer?.Invoke(answer);
                var isEndless = message.Method is McpMethods.Listen && answer.Content == UpstreamContent.EventStream;
                if (isEndless) patience.WaitForEver();
                var maxLength = isEndless ? long.MaxValue : MaxLengthOf(upstream.Name);
                if (answer.Content == UpstreamContent.EventStream && AnswerStreams.IsFor(exchange)) await streams.CopyAsync(exchange, answer, maxLength, patience, patience.Token);
                else await relay.CopyAsync(exchange, answer, maxLength, patience, patience.Token);
            }
        });

    /// <summary>Passes a notification on, and waits for no more than that it was taken.</summary>
    public async Task TellAsync(Exchange exchange, IUpstream upstream, SessionBinding session)
    {
        using var patience = PatienceWith(upstream.Name, exchange.Http.RequestAborted);
        try
        {
            if (await upstream.SendAsync(Request(exchange, exchange.Message, session), patience.Token) is UpstreamResult.Answered answer) await answer.DisposeAsync();
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException || (failure is OperationCanceledException && patience.IsOver))
        {
            BrokeOff(upstream.Name, failure.Message);
        }
    }

    /// <summary>Takes the whole answer, changes it, and sends what came of it.</summary>
    /// <param name="change">The answer's message, to what the client gets; null if it is not what was asked for.</param>
    public Task TransformAsync(Exchange exchange, IUpstream upstream, Envelope message, SessionBinding session, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?> change) =>
        RunAsync(exchange, upstream, async patience =>
        {
            var result = await upstream.SendAsync(Request(exchange, message, session), patience.Token);
            if (result is UpstreamResult.Failed failed)
            {
                await FailAsync(exchange, upstream, failed);
                return;
            }

            await using var answer = (UpstreamResult.Answered)result;
            if (await AnswerReader.ReadAsync(answer, MaxLengthOf(upstream.Name), patience.Token) is { } received && change(received) is { } changed) await exchange.AnswerAsync(changed, answer.Status);
            else await exchange.FailAsync(AuditOutcome.Unreachable, StatusCodes.Status502BadGateway, $"The server {upstream.Name} gave an answer that cannot be read", "not a readable answer");
        });

    /// <summary>A stream that belongs to a session and to no request (GET), or the end of that session (DELETE).</summary>
    public async Task StreamAsync(HttpContext http, IUpstream upstream, UpstreamRequest request)
    {
        try
        {
            var result = await upstream.SendAsync(request, http.RequestAborted);
            if (result is not UpstreamResult.Answered answer)
            {
                await http.Response.RefuseAsync(StatusCodes.Status502BadGateway, JsonRpcCode.InternalError, $"The server {upstream.Name} cannot be reached");
                return;
            }

            await using (answer)
            {
                await relay.CopyAsync(http, answer, http.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has closed its stream, which is how such a stream ends.
            return;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            BrokeOff(upstream.Name, broken.Message);
            http.Abort();
        }
    }

    public static UpstreamRequest Request(Exchange exchange, Envelope message, SessionBinding session) => new()
    {
        Caller = exchange.Caller,
        Era = exchange.Era,
        Message = message,
        Session = session,
        Headers = PassedHeaders.Of(exchange.Http.Request.Headers),
    };

    /// <summary>How long this server may take for one request.</summary>
    /// <param name="abandoned">Cancelled when nobody waits for the answer any more.</param>
    public Patience PatienceWith(string server, CancellationToken abandoned)
    {
        var entry = settings.McpServers[server];
        return new Patience(TimeSpan.FromSeconds(entry.Timeout), TimeSpan.FromSeconds(entry.MaxDuration), time, abandoned);
    }

    /// <summary>How many bytes an answer of this server may have.</summary>
    public int MaxLengthOf(string server) => settings.ResponseBytesOf(server);

    /// <summary>Answers for an upstream that did not.</summary>
    public static Task FailAsync(Exchange exchange, IUpstream upstream, UpstreamResult.Failed failed) => failed.Failure switch
    {
        UpstreamFailure.EraNotSupported => exchange.RefuseAsync(Eras.NotSpoken(exchange.Era, upstream.Name)),
        UpstreamFailure.CredentialRefused => exchange.FailAsync(AuditOutcome.Unreachable, StatusCodes.Status502BadGateway, $"The server {upstream.Name} refuses the gateway's credential: an administrator has to mend it", failed.Reason),
        _ => exchange.FailAsync(AuditOutcome.Unreachable, StatusCodes.Status502BadGateway, $"The server {upstream.Name} cannot be reached", failed.Reason),
    };

    private async Task RunAsync(Exchange exchange, IUpstream upstream, Func<Patience, Task> send)
    {
        exchange.Server = upstream.Name;
        var full = allowances.EnterServer(exchange, upstream.Name, out var place);
        using var entered = place;
        if (full is not null)
        {
            await exchange.RefuseAsync(full);
            return;
        }

        using var patience = PatienceWith(upstream.Name, exchange.Era == Era.Modern ? exchange.Http.RequestAborted : CancellationToken.None);
        using var entry = exchange is { Session: { IsUpstreams: false } session, Message.Id: not null } ? inFlight.Add(session, exchange.Id, patience.Abandon) : default;
        try
        {
            await send(patience);
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            var (message, reason) = patience.IsWholeOver
                ? ($"The server {upstream.Name} did not finish in time", "no answer within the server's maxDuration")
                : ($"The server {upstream.Name} did not answer in time", "no answer within the server's timeout");
            await BreakOffAsync(exchange, AuditOutcome.TimedOut, StatusCodes.Status504GatewayTimeout, message, reason);
        }
        catch (OperationCanceledException) when (patience.IsAbandoned)
        {
            exchange.Conclude(AuditOutcome.Cancelled, exchange.Http.RequestAborted.IsCancellationRequested ? "the client went away" : "the client cancelled");
        }
        catch (AnswerTooLargeException large)
        {
            BrokeOff(upstream.Name, large.Message);
            await BreakOffAsync(exchange, AuditOutcome.Failed, StatusCodes.Status502BadGateway, $"The server {upstream.Name} gave an answer that is too large (over {MaxLengthOf(upstream.Name)} bytes)", large.Message);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            BrokeOff(upstream.Name, broken.Message);
            await BreakOffAsync(exchange, AuditOutcome.Unreachable, StatusCodes.Status502BadGateway, $"The server {upstream.Name} broke off its answer", broken.Message);
        }
        finally
        {
            if (exchange.Stream is { } stream) await stream.EndAsync();
        }
    }

    /// <summary>Ends an answer that will not be whole: as an error if nothing was sent, as an event in a stream, else by cutting the connection.</summary>
    private static async Task BreakOffAsync(Exchange exchange, AuditOutcome outcome, int status, string message, string reason)
    {
        var response = exchange.Http.Response;
        if (!response.HasStarted)
        {
            response.Clear();
            await exchange.FailAsync(outcome, status, message, reason);
            return;
        }

        exchange.Conclude(outcome, reason);
        if (exchange.Stream is { } stream) await stream.Log.AppendAsync(MessageWriter.AsEvent(MessageWriter.Error(exchange.Id, JsonRpcCode.InternalError, message).Span), CancellationToken.None);
        else if (exchange.Events is { } events) await events.CutAsync(MessageWriter.Error(exchange.Id, JsonRpcCode.InternalError, message));
        else exchange.Http.Abort();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An answer of {Server} was cut off: {Reason}")]
    private partial void BrokeOff(string server, string reason);
}
