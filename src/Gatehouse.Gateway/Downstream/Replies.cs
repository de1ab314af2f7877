using System.Buffers;
using System.Globalization;
using Gatehouse.Core.Audit;
using Gatehouse.Gateway.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>The answers that the gateway gives itself.</summary>
internal static class Replies
{
    public static async Task RefuseAsync(this Exchange exchange, Refusal refusal)
    {
        exchange.Conclude(AuditOutcome.Refused, refusal.Reason ?? refusal.Message);
        if (refusal.RetryAfter is { } seconds) exchange.Http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await exchange.AnswerAsync(MessageWriter.Error(exchange.Id, refusal.Code, refusal.Message, refusal.Data), refusal.Status);
    }

    /// <summary>An upstream that gave no answer; before anything was sent to the client.</summary>
    public static async Task FailAsync(this Exchange exchange, AuditOutcome outcome, int status, string message, string reason)
    {
        exchange.Conclude(outcome, reason);
        await exchange.AnswerAsync(MessageWriter.Error(exchange.Id, JsonRpcCode.InternalError, message), status);
    }

    public static Task ResultAsync(this Exchange exchange, MessageWriter.Content result) =>
        exchange.AnswerAsync(MessageWriter.Result(exchange.Id, result));

    public static async Task AnswerAsync(this Exchange exchange, ReadOnlyMemory<byte> message, int status = StatusCodes.Status200OK)
    {
        exchange.ResponseBytes = message.Length;
        await WriteAsync(exchange.Http.Response, message, status);
    }

    /// <summary>An answer in two pieces, of which the second belongs to others too and is not copied.</summary>
    public static async Task AnswerAsync(this Exchange exchange, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body)
    {
        var response = exchange.Http.Response;
        response.ContentType = "application/json";
        response.ContentLength = exchange.ResponseBytes = head.Length + body.Length;
        response.BodyWriter.Write(head.Span);
        await response.BodyWriter.WriteAsync(body);
    }

    /// <summary>A refusal before the message could be read.</summary>
    public static Task RefuseAsync(this HttpResponse response, int status, int code, string message, ReadOnlyMemory<byte> id = default) =>
        WriteAsync(response, MessageWriter.Error(id.Span, code, message), status);

    private static async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> message, int status)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = message.Length;
        await response.BodyWriter.WriteAsync(message);
    }
}
