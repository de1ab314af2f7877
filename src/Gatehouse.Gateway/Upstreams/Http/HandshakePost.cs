using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <param name="Status">The HTTP status.</param>
/// <param name="Greeting">What the body says.</param>
/// <param name="SessionId">The session that the upstream opened, if it did.</param>
internal sealed record HandshakeAnswer(HttpStatusCode Status, Greeting Greeting, string? SessionId)
{
    public bool CredentialRefused => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>A proxy's word for a server that is not there.</summary>
    public bool IsAbsence => Status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>It understood that it was asked, and will not: asking again would not help.</summary>
    public bool IsRefusal => Greeting is Greeting.Refusal
        || Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotAcceptable or HttpStatusCode.UnsupportedMediaType;

    public string StatusText => string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)Status}");
}

/// <summary>Asks one handshake question and reads the whole answer.</summary>
internal static class HandshakePost
{
    private const int LongestAnswer = 4 * 1024 * 1024;

    /// <param name="endpoint">The server.</param>
    /// <param name="question">The message.</param>
    /// <param name="caller">Who it is for; null where the gateway speaks for itself.</param>
    /// <param name="addHeaders">Adds the headers of its era.</param>
    /// <param name="patience">How long the whole answer may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The answer, or why there is none.</returns>
    public static async Task<(HandshakeAnswer? Answer, string? Trouble)> SendAsync(
        HttpEndpoint endpoint,
        ReadOnlyMemory<byte> question,
        Caller? caller,
        Action<HttpRequestMessage> addHeaders,
        TimeSpan patience,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = endpoint.Request(HttpMethod.Post, question, caller);
            addHeaders(request);
            using var response = await endpoint.SendAsync(request, either.Token);
            var greeting = await ReadAsync(response, either.Token);
            return (new HandshakeAnswer(response.StatusCode, greeting, EraHeaders.SessionOf(response)), null);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, HttpEndpoint.Explain(failure));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"it did not answer within {patience.TotalSeconds:0.#} s"));
        }
    }

    private static async Task<Greeting> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var type = response.Content.Headers.ContentType?.MediaType;
        if (string.Equals(type, "text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            await using var bounded = new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken), LongestAnswer);
            var events = SseParser.Create(bounded, static (_, data) => data.ToArray());
            await foreach (var item in events.EnumerateAsync(cancellationToken))
            {
                // A priming event and notifications may come first.
                if (Greeting.Read(item.Data) is var greeting and not Greeting.Nonsense) return greeting;
            }

            return new Greeting.Nonsense();
        }

        if (!string.Equals(type, "application/json", StringComparison.OrdinalIgnoreCase)) return new Greeting.Nonsense();
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
        return Greeting.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }
}
