using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// One stream on which a server announces that its lists have changed, in the gateway's own name: <c>subscriptions/listen</c>
/// in the modern era; in the legacy one the GET stream of a session that is opened for nothing else.
/// </summary>
internal sealed class ListEars(HttpEndpoint endpoint, EraProbe probe, Errands errands, Action<ManagedSession> close, TimeSpan patience, TimeProvider time)
{
    /// <summary>A longer announcement is none.</summary>
    private const int LongestEvent = 1024 * 1024;

    /// <summary>The legacy session that was open when the gateway began to stop; the server has not been told yet that it is over.</summary>
    public ManagedSession? Left { get; private set; }

    /// <summary>Listens until the stream ends.</summary>
    /// <param name="status">The server, which is up and has declared that it announces changes.</param>
    /// <param name="heard">Told first what will be announced, then what has changed.</param>
    public async Task<ListeningEnd> ListenAsync(UpstreamStatus status, Action<Announcement> heard, CancellationToken cancellationToken)
    {
        var lists = status.Features & UpstreamFeatures.ListsChanged;
        try
        {
            return status.SpeaksModern == true ? await ListenModernAsync(lists, heard, cancellationToken) : await ListenLegacyAsync(lists, heard, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new ListeningEnd(HttpEndpoint.Explain(failure), IsRefused: false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ListeningEnd("it did not acknowledge in time", IsRefused: false);
        }
    }

    private async Task<ListeningEnd> ListenModernAsync(UpstreamFeatures lists, Action<Announcement> heard, CancellationToken cancellationToken)
    {
        using var waiting = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waiting.Token, cancellationToken);
        using var request = endpoint.Request(HttpMethod.Post, OwnMessages.Listen(1, ProtocolVersions.Modern, lists), caller: null);
        EraHeaders.AddModern(request, ProtocolVersions.Modern, McpMethods.Listen);
        using var response = await endpoint.SendAsync(request, either.Token);
        if (RefusalOf(response) is { } refusal) return refusal;
        await foreach (var message in MessagesAsync(response, either.Token))
        {
            var announcement = Announcement.Read(message);
            if (announcement.Acknowledged is not null) waiting.CancelAfter(Timeout.InfiniteTimeSpan);
            heard(announcement);
        }

        return ListeningEnd.OfStream;
    }

    private async Task<ListeningEnd> ListenLegacyAsync(UpstreamFeatures lists, Action<Announcement> heard, CancellationToken cancellationToken)
    {
        var (session, _, failed) = await probe.InitializeAsync(cancellationToken);
        if (session is null) return new ListeningEnd(failed!.Reason, IsRefused: false);
        try
        {
            using var request = endpoint.Request(HttpMethod.Get, body: null, caller: null);
            EraHeaders.AddManaged(request, session);
            using var response = await endpoint.SendAsync(request, cancellationToken);
            if (RefusalOf(response) is { } refusal) return refusal;

            // From here on the server has somewhere to announce; it acknowledges nothing.
            heard(new Announcement(lists, null));
            await foreach (var message in MessagesAsync(response, cancellationToken))
            {
                if (ServerMessage.TryRead(message, out var read) && read.Kind == MessageKind.Request) Reply(session, read, message);
                else heard(Announcement.Read(message));
            }

            return ListeningEnd.OfStream;
        }
        finally
        {
            if (!cancellationToken.IsCancellationRequested) close(session);
            else if (session.Id is not null) Left = session;
        }
    }

    private static ListeningEnd? RefusalOf(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? null
        : new ListeningEnd($"it answered HTTP {(int)response.StatusCode} and no stream", IsRefused: (int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests);

    private static async IAsyncEnumerable<byte[]> MessagesAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken), static (_, data) => data.Length <= LongestEvent ? data.ToArray() : []);
        await foreach (var item in events.EnumerateAsync(cancellationToken)) yield return item.Data;
    }

    /// <summary>A server asks even on a stream where nobody said to be able to answer.</summary>
    private void Reply(ManagedSession session, ServerMessage question, byte[] message)
    {
        var http = endpoint.Request(HttpMethod.Post, OwnMessages.Reply(question.Id!.Value.Of(message).ToArray(), question.IsPing), caller: null);
        EraHeaders.AddManaged(http, session);
        errands.Add(http);
    }
}

/// <param name="Reason">Why nothing is heard any more.</param>
/// <param name="IsRefused">Whether the server has no stream for announcements, whatever it declared.</param>
internal sealed record ListeningEnd(string Reason, bool IsRefused)
{
    public static readonly ListeningEnd OfStream = new("it ended the stream", IsRefused: false);
}
