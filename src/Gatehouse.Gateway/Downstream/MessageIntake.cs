using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Gatehouse.Gateway.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>Takes one message off the wire: the right kind of body, not too large, and one that can only be read one way.</summary>
internal static class MessageIntake
{
    private const int FirstBuffer = 4 * 1024;

    /// <summary>A length is a promise: no more than this is set aside before the bytes are there.</summary>
    private const int MaxFirstBuffer = 64 * 1024;

    /// <param name="maxLength">A body of more bytes is refused.</param>
    /// <returns>The message, or null after the request was refused.</returns>
    public static async Task<Envelope?> ReadAsync(HttpContext http, int maxLength)
    {
        if (!IsJson(http.Request.ContentType))
        {
            await http.Response.RefuseAsync(StatusCodes.Status415UnsupportedMediaType, JsonRpcCode.InvalidRequest, "The body must be application/json");
            return null;
        }

        if (http.Request.ContentLength > maxLength || await ReadBodyAsync(http.Request, maxLength, http.RequestAborted) is not { } body)
        {
            http.Response.Headers.Connection = "close";
            await http.Response.RefuseAsync(StatusCodes.Status413PayloadTooLarge, JsonRpcCode.InvalidRequest, $"The body is larger than {maxLength} bytes");
            return null;
        }

        if (EnvelopeScanner.TryScan(body, out var message, out var fault)) return message;
        await http.Response.RefuseAsync(StatusCodes.Status400BadRequest, fault.Code, fault.Message, fault.Id?.Of(body) ?? default);
        return null;
    }

    private static bool IsJson([NotNullWhen(true)] string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);
    }

    /// <returns>The body, or null if it is too large. An array of its own: messages outlive their pooled buffers too easily.</returns>
    private static async ValueTask<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpRequest request, int maxLength, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(request.ContentLength is { } length and > 0 ? (int)Math.Min(length, MaxFirstBuffer) : FirstBuffer);
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                if (body.WrittenCount + segment.Length > maxLength) return null;
                body.Write(segment.Span);
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return body.WrittenMemory;
        }
    }
}
