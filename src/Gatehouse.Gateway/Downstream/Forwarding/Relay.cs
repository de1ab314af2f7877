using System.Buffers;
using Gatehouse.Core.Audit;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>Passes an upstream's answer on as it comes, byte for byte, and sees on the way how it ended.</summary>
internal static class Relay
{
    /// <summary>Answers that fit are sent with their length in one write.</summary>
    private const int BufferSize = 16 * 1024;

    /// <param name="patience">Told of each sign of life.</param>
    /// <exception cref="IOException">The upstream broke off.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task CopyAsync(Exchange exchange, UpstreamResult.Answered answer, Patience patience, CancellationToken cancellationToken)
    {
        var response = exchange.Http.Response;
        response.StatusCode = answer.Status;
        return answer.Content switch
        {
            UpstreamContent.None => Task.CompletedTask,
            UpstreamContent.Json => CopyJsonAsync(exchange, answer, cancellationToken),
            _ => CopyEventsAsync(exchange, answer, patience, cancellationToken),
        };
    }

    /// <summary>The same for what belongs to no message.</summary>
    public static async Task CopyAsync(HttpContext http, UpstreamResult.Answered answer, CancellationToken cancellationToken)
    {
        http.Response.StatusCode = answer.Status;
        if (answer.Content == UpstreamContent.None) return;
        if (answer.Content == UpstreamContent.EventStream) BeginEvents(http.Response);
        else http.Response.ContentType = "application/json";
        await http.Response.StartAsync(cancellationToken);
        await answer.Body.CopyToAsync(http.Response.Body, cancellationToken);
    }

    /// <summary>Makes the response a stream of events that no proxy holds back.</summary>
    public static void BeginEvents(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private static async Task CopyJsonAsync(Exchange exchange, UpstreamResult.Answered answer, CancellationToken cancellationToken)
    {
        var response = exchange.Http.Response;
        response.ContentType = "application/json";
        var watch = new AnswerWatch();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var length = await answer.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            if (length == 0 && answer.Status < StatusCodes.Status400BadRequest && exchange.Message.Kind == MessageKind.Request) throw new IOException("the answer was empty");
            if (length < buffer.Length) response.ContentLength = length;
            while (length > 0)
            {
                watch.Feed(buffer.AsSpan(0, length));
                exchange.ResponseBytes += length;
                await WriteAsync(exchange, buffer.AsMemory(0, length));
                if (response.ContentLength is not null) break;
                length = await answer.Body.ReadAsync(buffer, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Conclude(exchange, answer.Status, watch.IsFailure);
        if (!watch.IsAnswer && exchange.Message.Kind == MessageKind.Request) exchange.Conclude(AuditOutcome.Failed, "the server's answer is none");
    }

    private static async Task CopyEventsAsync(Exchange exchange, UpstreamResult.Answered answer, Patience patience, CancellationToken cancellationToken)
    {
        BeginEvents(exchange.Http.Response);
        await exchange.Http.Response.StartAsync(CancellationToken.None);
        var watch = new EventStreamWatch();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var events = 0;
            while (await answer.Body.ReadAsync(buffer, cancellationToken) is var length and > 0)
            {
                watch.Feed(buffer.AsSpan(0, length));
                exchange.ResponseBytes += length;
                await WriteAsync(exchange, buffer.AsMemory(0, length));
                if (watch.Events != events) patience.Renew();
                events = watch.Events;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (watch.IsAnswered) Conclude(exchange, answer.Status, watch.IsFailure);
        else if (exchange.Message.Kind == MessageKind.Request && exchange.Session?.IsUpstreams != true) throw new IOException("the stream ended before the answer");
    }

    /// <summary>A client that went away is no reason to stop in the legacy era; the response then swallows what is written.</summary>
    private static async ValueTask WriteAsync(Exchange exchange, ReadOnlyMemory<byte> bytes)
    {
        if (exchange.Http.RequestAborted.IsCancellationRequested) return;
        await exchange.Http.Response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
    }

    private static void Conclude(Exchange exchange, int status, bool failure)
    {
        if (failure) exchange.Conclude(AuditOutcome.Failed, "the server answered with an error");
        else if (status >= StatusCodes.Status400BadRequest) exchange.Conclude(AuditOutcome.Failed, $"the server answered with HTTP {status}");
    }
}
