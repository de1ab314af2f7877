using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>
/// Answers that come as streams of events in legacy sessions: each event gets an id, so that a client whose connection broke
/// gets the rest on another one. A stream that has ids of its server's own passes as it is.
/// </summary>
internal sealed class AnswerStreams(Relay relay, EventLogs logs)
{
    /// <summary>How soon a client may come back.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Whether the client knows streams that can be taken up again; older ones may choke on an event without data.</summary>
    public static bool IsFor(Exchange exchange) => exchange is { Session: { } session, Era: Era.Legacy } && UnderstandsPriming(session, exchange.Http.Request.Headers);

    public static bool UnderstandsPriming(McpSession session, IHeaderDictionary headers) =>
        session.ProtocolVersion == ProtocolVersions.NewestLegacy && headers[ModernRules.VersionHeader] is [] or [ProtocolVersions.NewestLegacy];

    /// <summary>As <see cref="Relay"/> does it, with ids.</summary>
    /// <exception cref="AnswerTooLargeException">The answer has more than <paramref name="maxLength"/> bytes.</exception>
    /// <exception cref="IOException">The upstream broke off.</exception>
    public async Task CopyAsync(Exchange exchange, UpstreamResult.Answered answer, long maxLength, Patience patience, CancellationToken cancellationToken)
    {
        exchange.Http.Response.StatusCode = answer.Status;
        await using var client = exchange.Events = await relay.BeginEventsAsync(exchange.Http);
        using var events = new EventReader(answer.Body, (int)Math.Min(maxLength, int.MaxValue));
        var watch = new EventStreamWatch();
        var isOwn = exchange.Session!.IsUpstreams;
        if (!isOwn) exchange.Stream = Begin(exchange, client);
        var passes = false;
        while (await events.NextAsync(cancellationToken) is { IsEmpty: false } whole)
        {
            var seen = watch.Events;
            watch.Feed(whole.Span);
            exchange.ResponseBytes += whole.Length;
            if (exchange.ResponseBytes > maxLength) throw new AnswerTooLargeException(maxLength);

            // A comment is no sign of life: whoever only keeps a stream open does not work on the answer.
            if (watch.Events != seen) patience.Renew();
            var bare = EventText.Bare(whole);
            if (exchange.Stream is null && !passes)
            {
                // The first event tells whether this server's streams have ids.
                passes = !EventText.IdOf(whole.Span).IsEmpty;
                if (!passes && !bare.IsEmpty) exchange.Stream = Begin(exchange, client);
            }

            if (exchange.Stream is not { } stream) await client.WriteAsync(whole);
            else if (!bare.IsEmpty && EventText.IsWhole(whole.Span)) await stream.Log.AppendAsync(bare, cancellationToken);
        }

        if (watch.IsAnswered) Relay.Conclude(exchange, answer.Status, watch.IsFailure);
        else if (exchange.Message.Kind == MessageKind.Request && !isOwn) throw new IOException("the stream ended before the answer");
    }

    /// <summary>Writes what a log has to a client, until one of them is over.</summary>
    public static Task<bool> WriteAsync(HttpContext http, ClientEvents client, EventLog log, EventLog.Reading reading) =>
        log.ReadAsync(reading, events => WriteAsync(client, events), http.RequestAborted);

    private AnswerStream Begin(Exchange exchange, ClientEvents client)
    {
        var log = logs.Begin(exchange.Session!.Key, ofSession: false);
        var reading = log.TakeUp(0)!;
        return new AnswerStream(log, logs, WriteAllAsync(exchange.Http, client, log, reading));
    }

    private static async Task<bool> WriteAllAsync(HttpContext http, ClientEvents client, EventLog log, EventLog.Reading reading)
    {
        await client.WriteAsync(log.Priming(Retry));
        return await WriteAsync(http, client, log, reading);
    }

    private static async ValueTask WriteAsync(ClientEvents client, IReadOnlyList<byte[]> events)
    {
        foreach (var each in events) await client.WriteAsync(each);
    }
}

/// <summary>One answer as a stream that can be taken up again.</summary>
/// <param name="Log">Its events.</param>
/// <param name="Writing">Writes them to the connection that the request came on; gives whether all of them went out there.</param>
internal sealed record AnswerStream(EventLog Log, EventLogs Logs, Task<bool> Writing)
{
    /// <summary>Ends the stream once everything that is in it has been written, or its connection is gone.</summary>
    public async Task EndAsync()
    {
        Log.Complete();
        await Writing;
    }
}
