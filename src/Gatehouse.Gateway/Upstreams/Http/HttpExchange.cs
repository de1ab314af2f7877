using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>One request and the beginning of its answer.</summary>
internal static class HttpExchange
{
    /// <summary>What an upstream's response means to us. The response is the result's from here on.</summary>
    /// <param name="response">The response; its body has not been read.</param>
    /// <param name="wrap">What is put around the body of server-sent events.</param>
    /// <param name="abandoned">Called if the body is not read to its end.</param>
    /// <param name="cancellationToken">Cancelled when the caller gives up.</param>
    public static async Task<UpstreamResult> ReadAsync(
        HttpResponseMessage response, Func<Stream, Stream>? wrap, Action? abandoned, CancellationToken cancellationToken)
    {
        var result = Judge(response);
        if (result is not UpstreamResult.Answered { Content: not UpstreamContent.None } answered)
        {
            response.Dispose();
            return result;
        }

        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (wrap is not null && answered.Content == UpstreamContent.EventStream) body = wrap(body);
        return answered with { Body = new HttpAnswer(response, body, abandoned, cancellationToken), Length = response.Content.Headers.ContentLength };
    }

    private static UpstreamResult Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return new UpstreamResult.Failed(UpstreamFailure.CredentialRefused, $"it refused the gateway's credential ({Name(status)})");
        if (response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
            return NoAnswer($"it answered {Name(status)}");
        if (status is >= 300 and < 400) return NoAnswer($"it redirects ({Name(status)}), and redirects are not followed");
        var headers = response.Content.Headers.NonValidated;

        // "identity" is no coding (RFC 9110 section 8.4.1), but the C# SDK's servers name it with every stream of events.
        if (headers.TryGetValues("Content-Encoding", out var codings) && codings.Any(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            return NoAnswer("it compressed its answer without being asked to");
        var session = EraHeaders.SessionOf(response);
        var type = MediaTypeOf(headers);
        return type switch
        {
            _ when Is(type, "application/json") => new UpstreamResult.Answered(status, UpstreamContent.Json, Stream.Null, session),
            _ when Is(type, "text/event-stream") => new UpstreamResult.Answered(status, UpstreamContent.EventStream, Stream.Null, session),

            // Whatever a web server writes beside such a status: the status is the answer.
            _ when status is >= 400 and < 500 => new UpstreamResult.Answered(status, UpstreamContent.None, Stream.Null, session),
            // Without a type there is nothing to read: accepted, or a session that was ended.
            null when status < 300 => new UpstreamResult.Answered(status, UpstreamContent.None, Stream.Null, session),
            _ when status is 202 or 204 => new UpstreamResult.Answered(status, UpstreamContent.None, Stream.Null, session),

            // The end of a session has nothing to say beside its status, and servers differ in how they say nothing.
            _ when status is >= 200 and < 300 && response.RequestMessage?.Method == HttpMethod.Delete => new UpstreamResult.Answered(status, UpstreamContent.None, Stream.Null, session),
            _ => NoAnswer($"it answered {Name(status)} with {type ?? "no content type"}, which is no MCP answer"),
        };
    }

    /// <summary>The type as it was written, without its parameters; null if there is none.</summary>
    private static string? MediaTypeOf(HttpHeadersNonValidated headers)
    {
        if (!headers.TryGetValues("Content-Type", out var values)) return null;
        var text = values.ToString();
        var end = text.IndexOf(';', StringComparison.Ordinal);
        return end < 0 && !text.AsSpan().ContainsAny(' ', '\t') ? text : text.AsSpan(0, end < 0 ? text.Length : end).Trim().ToString();
    }

    private static bool Is(string? type, string expected) => string.Equals(type, expected, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a session is unknown to the upstream: 404 by the specification, 400 with one of these codes by the habit of many servers.</summary>
    public static async Task<bool> ForgotSessionAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NotFound) return true;
        if (response.StatusCode != HttpStatusCode.BadRequest || response.Content.Headers.ContentLength is not <= 65536) return false;
        return Greeting.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken)) is Greeting.Refusal { Code: -32000 or JsonRpcCode.SessionNotFound };
    }

    private static UpstreamResult.Failed NoAnswer(string reason) => new(UpstreamFailure.Unreachable, reason);

    private static string Name(int status) => string.Create(CultureInfo.InvariantCulture, $"HTTP {status}");
}
