using System.Collections.Concurrent;
using System.Globalization;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// The sessions at a server of the HTTP+SSE transport: one connection for each session of a client, never shared. One that
/// breaks is opened anew with the next message.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="brokeOff">Told when a stream ended that nobody had closed.</param>
internal sealed class SseSessions(SseServer server, Action brokeOff) : IDisposable
{
    /// <summary>Each holds a connection open.</summary>
    private const int MostSessions = 1000;

    /// <summary>Whether there is a stream at all shows quickly.</summary>
    private static readonly TimeSpan _streamPatience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<SseConnection, Task> _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private ManagedSessions? _sessions;

    private ManagedSessions Sessions => LazyInitializer.EnsureInitialized(ref _sessions, () => new ManagedSessions(
        async owner =>
        {
            try
            {
                var (session, _, failed) = await OpenAsync(owner.Caller, OwnMessages.Initialize(1, owner.Client), CancellationToken.None);
                return new ManagedSessions.Opening(session, failed);
            }
            catch (OperationCanceledException)
            {
                return new ManagedSessions.Opening(null, new UpstreamResult.Failed(UpstreamFailure.Unreachable, "the gateway is stopping"));
            }
        },
        static (_, session) => ((SseSession)session).Connection.Close(),
        server.Time)
    {
        Limit = MostSessions,
    });

    /// <summary>Whether the server speaks this transport, and what it says of itself.</summary>
    public async Task<EraProbe.Finding> ProbeAsync(CancellationToken cancellationToken)
    {
        var (session, welcome, failed) = await OpenAsync(caller: null, OwnMessages.Initialize(1, ProtocolVersions.NewestLegacy), cancellationToken);
        if (session is null) return new EraProbe.Finding(null, null, failed);
        session.Connection.Close();
        return new EraProbe.Finding(
            new UpstreamStatus { State = UpstreamState.Up, SpeaksModern = false, SpeaksLegacy = true, IsSse = true, InitializeResult = welcome!.Result, Features = welcome.Features },
            welcome.Identity,
            null);
    }

    public async Task<UpstreamResult> SendAsync(UpstreamRequest request, SessionBinding.Managed managed, Envelope message, CancellationToken cancellationToken)
    {
        // News of the client's means something only to a server that has heard of the client.
        if (message.Kind == MessageKind.Notification && !Sessions.Has(managed.Key)) return new UpstreamResult.Answered(202, UpstreamContent.None, Stream.Null);
        var owner = new ManagedSessions.Owner(request.Caller, managed);
        for (var again = false; ; again = true)
        {
            var (entry, opening) = await Sessions.GetAsync(managed.Key, owner, cancellationToken);
            if (opening.Session is not SseSession { Connection: var connection }) return opening.Failure!;
            connection.Serve(managed.Key);
            var result = await connection.SendAsync(message, request.RelaysRequests, cancellationToken);
            if (result is not UpstreamResult.Failed || !(connection.IsForgotten || connection.IsOver)) return result;
            Sessions.Forget(managed.Key, entry);
            connection.Close();

            // An unknown session has done nothing with the message: saying it again in a new one is safe. In a broken one that is not known.
            if (again || !connection.IsForgotten) return result;
        }
    }

    public void Sweep() => _sessions?.Sweep();

    /// <summary>Its client is gone.</summary>
    public void End(string key) => _sessions?.End(key);

    /// <summary>Until cancelled the session counts as used, however quiet: somebody reads what the server says in it.</summary>
    public async Task ListenAsync(string key, CancellationToken cancellationToken)
    {
        ManagedSession? past = null;
        while (true)
        {
            var (entry, session) = await Sessions.OpenedAsync(key, past, cancellationToken);
            entry.BeginListening();
            try
            {
                await ((SseSession)session).Connection.Ended.WaitAsync(cancellationToken);
            }
            finally
            {
                entry.EndListening();
            }

            past = session;
        }
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Closes every session when <paramref name="stopping"/> is cancelled, and waits for their ends.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, server.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync();
        foreach (var connection in _running.Keys) connection.Close();
        await Task.WhenAll(_running.Values);
    }

    private async Task<(SseSession? Session, Greeting.Welcome? Welcome, UpstreamResult.Failed? Failed)> OpenAsync(Caller? caller, byte[] initialize, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);
        var (stream, failed) = await SseStream.OpenAsync(server.Endpoint, caller, server.LongestEvent, _streamPatience, server.Time, either.Token);
        if (stream is null) return (null, null, failed);
        var connection = new SseConnection(server, stream, caller);
        _running[connection] = RunAsync(connection);
        var (welcome, trouble) = await InitializeAsync(connection, initialize, either.Token);
        if (welcome is null)
        {
            connection.Close();
            return (null, null, new UpstreamResult.Failed(UpstreamFailure.Unreachable, trouble!));
        }

        var session = new SseSession(connection, welcome.ProtocolVersion!);
        connection.Agree(session);
        return await connection.SendAsync(Scan(OwnMessages.Initialized), relays: false, either.Token) is UpstreamResult.Failed unheard ? (null, null, unheard) : (session, welcome, null);
    }

    private async Task RunAsync(SseConnection connection)
    {
        // Not before it stands in the list.
        await Task.Yield();
        await connection.RunAsync(brokeOff, _stopping.Token);
        _running.TryRemove(connection, out _);
    }

    private async Task<(Greeting.Welcome? Welcome, string? Trouble)> InitializeAsync(SseConnection connection, byte[] initialize, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(server.Patience, server.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await connection.SendAsync(Scan(initialize), relays: false, either.Token) switch
            {
                UpstreamResult.Answered { Content: UpstreamContent.Json, Body: MemoryStream answer } when Greeting.Read(answer.ToArray()) is Greeting.Welcome { ProtocolVersion: not null } welcome => (welcome, null),
                UpstreamResult.Failed failed => (null, failed.Reason),
                _ => (null, "its answer to initialize is none"),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"it did not answer initialize within {server.Patience.TotalSeconds:0.#} s"));
        }
    }

    private static Envelope Scan(ReadOnlyMemory<byte> message) =>
        EnvelopeScanner.TryScan(message, out var envelope, out var fault) ? envelope : throw new InvalidOperationException(fault.Message);
}

/// <summary>A session over HTTP+SSE: it has no id, its connection is the session.</summary>
internal sealed record SseSession(SseConnection Connection, string Version) : ManagedSession(null, Version);
