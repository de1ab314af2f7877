using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// The stream of the HTTP+SSE transport (2024-11-05): a GET that stays open, on which the server first says where messages
/// are to be posted, and then everything else.
/// </summary>
internal sealed class SseStream
{
    /// <summary>Other events may come before the one that names the endpoint; so many, and then it is not this transport.</summary>
    private const int MostEventsBefore = 16;

    private readonly HttpResponseMessage _response;
    private readonly BoundedStream _body;
    private readonly IAsyncEnumerator<SseItem<byte[]>> _events;
    private readonly CancellationTokenSource _life;

    private SseStream(HttpResponseMessage response, BoundedStream body, IAsyncEnumerator<SseItem<byte[]>> events, CancellationTokenSource life, Uri messages)
    {
        (_response, _body, _events, _life, Messages) = (response, body, events, life, messages);
    }

    /// <summary>Where messages are to be posted.</summary>
    public Uri Messages { get; }

    /// <param name="endpoint">The server.</param>
    /// <param name="caller">Who it is for; null where the gateway speaks for itself.</param>
    /// <param name="longestEvent">How many bytes an event may have.</param>
    /// <param name="patience">How long it may take until the server has said where to post.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The stream, or why there is none: <see cref="UpstreamFailure.EraNotSupported"/> if this is another transport.</returns>
    public static async Task<(SseStream? Stream, UpstreamResult.Failed? Failed)> OpenAsync(
        HttpEndpoint endpoint, Caller? caller, int longestEvent, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var life = new CancellationTokenSource();
        using var timeout = new CancellationTokenSource(patience, time);
        using var late = timeout.Token.UnsafeRegister(static life => ((CancellationTokenSource)life!).Cancel(), life);
        using var abandoned = cancellationToken.UnsafeRegister(static life => ((CancellationTokenSource)life!).Cancel(), life);
        HttpResponseMessage? response = null;
        try
        {
            using var request = endpoint.Request(HttpMethod.Get, body: null, caller);
            response = await endpoint.SendAsync(request, life.Token);
            var failed = Judge(response);
            if (failed is null)
            {
                var body = new BoundedStream(await response.Content.ReadAsStreamAsync(life.Token), longestEvent);
                var events = SseParser.Create(body, static (_, data) => data.ToArray()).EnumerateAsync(life.Token).GetAsyncEnumerator(CancellationToken.None);
                var (messages, problem) = await FindMessagesAsync(events, body, endpoint.Url);
                if (messages is not null) return (new SseStream(response, body, events, life, messages), null);
                await events.DisposeAsync();
                failed = new UpstreamResult.Failed(UpstreamFailure.EraNotSupported, problem!);
            }

            response.Dispose();
            life.Dispose();
            return (null, failed);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            response?.Dispose();
            life.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            return (null, new UpstreamResult.Failed(UpstreamFailure.Unreachable, failure is OperationCanceledException
                ? string.Create(CultureInfo.InvariantCulture, $"it opened no stream within {patience.TotalSeconds:0.#} s")
                : HttpEndpoint.Explain(failure)));
        }
    }

    /// <summary>The messages as they come, until the server ends the stream or <see cref="Close"/> is called.</summary>
    /// <exception cref="IOException">The stream broke off, or an event was too long.</exception>
    public async IAsyncEnumerable<byte[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (await _events.MoveNextAsync())
            {
                cancellationToken.ThrowIfCancellationRequested();
                _body.Renew();
                if (_events.Current is { EventType: "message", Data: { Length: > 0 } data }) yield return data;
            }
        }
        finally
        {
            await _events.DisposeAsync();
        }
    }

    /// <summary>Ends it, and with it the session at the server. May be called by anybody, and again.</summary>
    public void Close()
    {
        _life.Cancel();
        _response.Dispose();
    }

    private static UpstreamResult.Failed? Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return new UpstreamResult.Failed(UpstreamFailure.CredentialRefused, string.Create(CultureInfo.InvariantCulture, $"it refused the gateway's credential (HTTP {status})"));
        if (status >= 500) return new UpstreamResult.Failed(UpstreamFailure.Unreachable, string.Create(CultureInfo.InvariantCulture, $"it answered HTTP {status}"));
        return response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentType?.MediaType is "text/event-stream" && response.Content.Headers.ContentEncoding.Count == 0
            ? null
            : new UpstreamResult.Failed(UpstreamFailure.EraNotSupported, string.Create(CultureInfo.InvariantCulture, $"it answered HTTP {status} to GET, without a stream of events"));
    }

    /// <summary>The server may name another path, never another server: that would send the credential there.</summary>
    private static async Task<(Uri? Messages, string? Problem)> FindMessagesAsync(IAsyncEnumerator<SseItem<byte[]>> events, BoundedStream body, Uri url)
    {
        for (var seen = 0; seen < MostEventsBefore && await events.MoveNextAsync(); seen++)
        {
            body.Renew();
            if (events.Current.EventType != "endpoint") continue;
            return !Uri.TryCreate(url, Encoding.UTF8.GetString(events.Current.Data), out var messages) ? (null, "the endpoint that it names for messages is no URL")
                : Uri.Compare(messages, url, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0 || messages.UserInfo.Length > 0 ? (null, "the endpoint that it names for messages is on another server")
                : (messages, null);
        }

        return (null, "its stream names no endpoint for messages");
    }
}
