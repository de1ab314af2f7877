using System.Buffers;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>Passes an upstream's answer on as it comes, byte for byte, and sees on the way how it ended.</summary>
internal sealed class Relay(GatehouseSettings settings, TimeProvider time)
{
    /// <summary>Answers that fit are sent with their length in one write.</summary>
    private const int BufferSize = 16 * 1024;

    /// <param name="maxLength">How many bytes the answer may have.</param>
    /// <param name="patience">Told of each sign of life.</param>
    /// <exception cref="AnswerTooLargeException">It has more; nothing was sent if that was known beforehand.</exception>
    /// <exception cref="IOException">The upstream broke off.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task CopyAsync(Exchange exchange, UpstreamResult.Answered answer, long maxLength, Patience patience, CancellationToken cancellationToken)
    {
        if (answer.Length > maxLength) throw new AnswerTooLargeException(maxLength);
        var response = exchange.Http.Response;
        response.StatusCode = answer.Status;
        return answer.Content switch
        {
            UpstreamContent.None => Task.CompletedTask,
            UpstreamContent.Json => CopyJsonAsync(exchange, answer, maxLength, cancellationToken),
            _ => CopyEventsAsync(exchange, answer, maxLength, patience, cancellationToken),
        };
    }

    /// <summary>The same for what belongs to no message.</summary>
    public async Task CopyAsync(HttpContext http, UpstreamResult.Answered answer, CancellationToken cancellationToken)
    {
        http.Response.StatusCode = answer.Status;
        if (answer.Content == UpstreamContent.None) return;
        if (answer.Content != UpstreamContent.EventStream)
        {
            http.Response.ContentType = "application/json";
            await using var bounded = new BoundedStream(answer.Body, settings.Limits.ResponseBytes);
            await bounded.CopyToAsync(http.Response.Body, cancellationToken);
            return;
        }

        await using var events = await BeginEventsAsync(http);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await answer.Body.ReadAsync(buffer, cancellationToken) is var length and > 0) await events.WriteAsync(buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Begins a response that is a stream of events, kept alive as configured.</summary>
    public Task<ClientEvents> BeginEventsAsync(HttpContext http) => ClientEvents.BeginAsync(http, settings.Limits.KeepAlive, time);

    private static async Task CopyJsonAsync(Exchange exchange, UpstreamResult.Answered answer, long maxLength, CancellationToken cancellationToken)
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
                if (exchange.ResponseBytes > maxLength) throw new AnswerTooLargeException(maxLength);
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

    private async Task CopyEventsAsync(Exchange exchange, UpstreamResult.Answered answer, long maxLength, Patience patience, CancellationToken cancellationToken)
    {
        await using var events = exchange.Events = await BeginEventsAsync(exchange.Http);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var seen = 0;
            while (await answer.Body.ReadAsync(buffer, cancellationToken) is var length and > 0)
            {
                exchange.ResponseBytes += length;
                if (exchange.ResponseBytes > maxLength) throw new AnswerTooLargeException(maxLength);
                await events.WriteAsync(buffer.AsMemory(0, length));
                if (events.Watch.Events != seen) patience.Renew();
                seen = events.Watch.Events;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (events.Watch.IsAnswered) Conclude(exchange, answer.Status, events.Watch.IsFailure);
        else if (exchange.Message.Kind == MessageKind.Request && exchange.Session?.IsUpstreams != true) throw new IOException("the stream ended before the answer");
    }

    /// <summary>A client that went away is no reason to stop in the legacy era; the response then swallows what is written.</summary>
    private static async ValueTask WriteAsync(Exchange exchange, ReadOnlyMemory<byte> bytes)
    {
        if (exchange.Http.RequestAborted.IsCancellationRequested) return;
        await exchange.Http.Response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
    }

    /// <summary>Notes for the trail how an answer ended.</summary>
    public static void Conclude(Exchange exchange, int status, bool failure)
    {
        if (failure) exchange.Conclude(AuditOutcome.Failed, "the server answered with an error");
        else if (status >= StatusCodes.Status400BadRequest) exchange.Conclude(AuditOutcome.Failed, $"the server answered with HTTP {status}");
    }
}
