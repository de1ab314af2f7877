using System.IO.Pipelines;
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
internal sealed class AnswerStreams(EventLogs logs)
{
    /// <summary>How soon a client may come back.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Whether the client knows streams that can be taken up again; older ones may choke on an event without data.</summary>
    public static bool IsFor(Exchange exchange) => exchange is { Session: { } session, Era: Era.Legacy } && UnderstandsPriming(session, exchange.Http.Request.Headers);

    public static bool UnderstandsPriming(McpSession session, IHeaderDictionary headers) =>
        session.ProtocolVersion == ProtocolVersions.NewestLegacy && headers[ModernRules.VersionHeader] is [] or [ProtocolVersions.NewestLegacy];

    /// <summary>As <see cref="Relay"/> does it, with ids.</summary>
    /// <exception cref="IOException">The upstream broke off.</exception>
    public async Task CopyAsync(Exchange exchange, UpstreamResult.Answered answer, Patience patience, CancellationToken cancellationToken)
    {
        var response = exchange.Http.Response;
        response.StatusCode = answer.Status;
        Relay.BeginEvents(response);
        using var events = new EventReader(answer.Body);
        var watch = new EventStreamWatch();
        var isOwn = exchange.Session!.IsUpstreams;
        if (!isOwn) exchange.Stream = Begin(exchange);
        else await response.StartAsync(CancellationToken.None);
        var passes = false;
        while (await events.NextAsync(cancellationToken) is { IsEmpty: false } whole)
        {
            watch.Feed(whole.Span);
            exchange.ResponseBytes += whole.Length;
            patience.Renew();
            var bare = EventText.Bare(whole);
            if (exchange.Stream is null && !passes)
            {
                // The first event tells whether this server's streams have ids.
                passes = !EventText.IdOf(whole.Span).IsEmpty;
                if (!passes && !bare.IsEmpty) exchange.Stream = Begin(exchange);
            }

            if (exchange.Stream is { } stream)
            {
                if (!bare.IsEmpty) await stream.Log.AppendAsync(bare, cancellationToken);
            }
            else if (!exchange.Http.RequestAborted.IsCancellationRequested)
            {
                await response.BodyWriter.WriteAsync(whole, CancellationToken.None);
            }
        }

        if (watch.IsAnswered) Relay.Conclude(exchange, answer.Status, watch.IsFailure);
        else if (exchange.Message.Kind == MessageKind.Request && !isOwn) throw new IOException("the stream ended before the answer");
    }

    /// <summary>Writes what a log has to a response, until one of them is over.</summary>
    public static async Task<bool> WriteAsync(HttpContext http, EventLog log, EventLog.Reading reading)
    {
        var output = http.Response.BodyWriter;
        return await log.ReadAsync(reading, events => WriteAsync(output, events), http.RequestAborted);
    }

    private AnswerStream Begin(Exchange exchange)
    {
        var log = logs.Begin(exchange.Session!.Key, ofSession: false);
        var reading = log.TakeUp(0)!;
        return new AnswerStream(log, logs, WriteAllAsync(exchange.Http, log, reading));
    }

    private static async Task<bool> WriteAllAsync(HttpContext http, EventLog log, EventLog.Reading reading)
    {
        await http.Response.BodyWriter.WriteAsync(log.Priming(Retry), CancellationToken.None);
        return await WriteAsync(http, log, reading);
    }

    private static async ValueTask WriteAsync(PipeWriter output, IReadOnlyList<byte[]> events)
    {
        foreach (var each in events) Write(output, each);
        await output.FlushAsync(CancellationToken.None);
    }

    private static void Write(PipeWriter output, byte[] bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
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
