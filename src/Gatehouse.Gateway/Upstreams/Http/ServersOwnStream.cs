using System.Net;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>What a server says in a managed session beside its answers: the stream that GET opens (MCP 2025-11-25, "Listening for Messages from the Server").</summary>
/// <param name="endpoint">The server.</param>
/// <param name="sessions">The sessions at it.</param>
/// <param name="heard">Called with each message.</param>
/// <param name="time">The clock.</param>
internal sealed class ServersOwnStream(HttpEndpoint endpoint, ManagedSessions sessions, Action<Caller, ServerSessionOf, ReadOnlyMemory<byte>> heard, TimeProvider time)
{
    /// <summary>What nobody has asked for need not be large.</summary>
    private const int LongestMessage = 4 * 1024 * 1024;

    /// <summary>Listens until cancelled: whenever the session is there, in one stream after the other.</summary>
    public async Task ListenAsync(string key, Caller caller, CancellationToken cancellationToken)
    {
        var backOff = new BackOff();
        ManagedSession? past = null;
        while (true)
        {
            var (entry, session) = await sessions.OpenedAsync(key, past, cancellationToken);
            entry.BeginListening();
            try
            {
                for (string? last = null; ;)
                {
                    var started = time.GetTimestamp();
                    var end = await ReadAsync(new ServerSessionOf(key, session), caller, last, cancellationToken);
                    if (end.IsFinal) break;
                    last = end.LastEventId;
                    await Task.Delay(backOff.Next(time.GetElapsedTime(started)), time, cancellationToken);
                }
            }
            finally
            {
                entry.EndListening();
            }

            past = session;
        }
    }

    /// <returns>The last event that came; or that asking again is of no use: the server has no such stream, or forgot the session.</returns>
    private async Task<End> ReadAsync(ServerSessionOf session, Caller caller, string? last, CancellationToken cancellationToken)
    {
        try
        {
            using var request = endpoint.Request(HttpMethod.Get, body: null, caller);
            EraHeaders.AddManaged(request, session.Session);
            if (last is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
            using var response = await endpoint.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is >= 400 and < 500) return last is null || response.StatusCode == HttpStatusCode.NotFound ? End.Final : new End(false, null);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType is not "text/event-stream") return new End(false, last);
            using var events = new EventReader(await response.Content.ReadAsStreamAsync(cancellationToken), LongestMessage);
            while (await events.NextAsync(cancellationToken) is { IsEmpty: false } whole)
            {
                if (EventText.IdOf(whole.Span) is { IsEmpty: false } id) last = System.Text.Encoding.UTF8.GetString(id);
                if (EventText.Bare(whole) is { IsEmpty: false } bare) heard(caller, session, EventText.DataOf(bare.Span).ToArray());
            }

            return new End(false, last);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return new End(false, last);
        }
    }

    private readonly record struct End(bool IsFinal, string? LastEventId)
    {
        public static End Final => new(true, null);
    }
}

/// <param name="Key">The client's session.</param>
/// <param name="Session">The session at the server.</param>
internal readonly record struct ServerSessionOf(string Key, ManagedSession Session);
