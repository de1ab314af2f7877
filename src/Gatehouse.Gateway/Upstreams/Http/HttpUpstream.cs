using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams.Stdio;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>An MCP server behind a URL (Streamable HTTP, or the older HTTP+SSE), maybe with a program of its own that is started beside the gateway.</summary>
internal sealed partial class HttpUpstream : ISupervisedUpstream, IDisposable
{
    private readonly HttpEndpoint _endpoint;
    private readonly StatusBoard _board;
    private readonly HttpPresence _presence;
    private readonly Errands _errands;
    private readonly ManagedSessions _sessions;
    private readonly SseSessions _sse;
    private readonly ServersOwnStream _ownStream;
    private readonly ISessionRequests _requests;
    private readonly ProgramBeside? _program;
    private readonly ListWatch? _watch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _longestAnswer;

    public HttpUpstream(string name, ServerSettings settings, int longestAnswer, StatusBoard board, ListChanges changes, ChildLog log, ISessionRequests requests, TimeProvider time, ILogger logger)
    {
        Name = name;
        (_board, _requests, _time, _logger, _longestAnswer) = (board, requests, time, logger, longestAnswer);
        _endpoint = new HttpEndpoint(settings);
        _errands = new Errands(name, _endpoint, time, logger);
        _program = settings.Command is null ? null : new ProgramBeside(settings, log, time);
        var patience = TimeSpan.FromSeconds(settings.Timeout);
        _sse = new SseSessions(new SseServer(name, _endpoint, _errands, requests, longestAnswer, patience, time), () => _presence!.Alarm());
        var probe = new EraProbe(_endpoint, _sse.ProbeAsync, settings.Transport == ServerTransport.Sse, session => CloseSession(owner: null, session), patience, time);
        _presence = new HttpPresence(probe, board, _program, () => changes.Publish(name, UpstreamFeatures.ListsChanged), patience, time);
        _sessions = new ManagedSessions(owner => OpenSessionAsync(probe, owner), CloseSession, time);
        _ownStream = new ServersOwnStream(_endpoint, _sessions, Heard, time);

        // Where each user has lists of their own, nobody could listen for all of them; over HTTP+SSE each session hears it itself.
        if (settings.ForwardUser?.Header is not null || settings.Transport == ServerTransport.Sse) return;
        var ears = new ListEars(_endpoint, probe, _errands, session => CloseSession(owner: null, session), patience, time);
        _watch = new ListWatch(name, ears, board, changes, time, logger);
    }

    public string Name { get; }

    public UpstreamStatus Status => _board.Current;

    public Task SettledAsync(CancellationToken cancellationToken) => _board.SettledAsync(cancellationToken);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var program = new CancellationTokenSource();
        var running = _program?.RunAsync(_presence.Alarm, program.Token) ?? Task.CompletedTask;
        try
        {
            await Task.WhenAll(_presence.RunAsync(stopping), _errands.RunAsync(stopping), _sse.RunAsync(stopping), SweepAsync(stopping), _watch?.RunAsync(stopping) ?? Task.CompletedTask);
            var over = _sessions.TakeAll().Select(each => Deletion(each.Owner, each.Session));
            if (_watch?.Left is { } left) over = over.Append(Deletion(owner: null, left));
            await Farewell.SayAsync(over, _endpoint, _time);
        }
        finally
        {
            await program.CancelAsync();
            await running;
        }
    }

    public Task ListenAsync(SessionBinding.Managed session, Caller caller, CancellationToken cancellationToken) =>
        !_endpoint.CanName(caller) ? Task.CompletedTask
        : Status.IsSse ? _sse.ListenAsync(session.Key, cancellationToken)
        : _ownStream.ListenAsync(session.Key, caller, cancellationToken);

    public void EndSession(string sessionKey)
    {
        _sessions.End(sessionKey);
        _sse.End(sessionKey);
    }

    public async Task<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        await SettledAsync(cancellationToken);
        if (await _presence.RefuseAsync(request.Era, cancellationToken) is { } refused) return refused;
        if (!_endpoint.CanName(request.Caller)) return new UpstreamResult.Failed(UpstreamFailure.Unreachable, "the caller's name holds characters that no header can carry");
        if (Status.IsSse) return await SendSseAsync(request, cancellationToken);
        return request.Session switch
        {
            SessionBinding.Managed managed => await SendManagedAsync(request, managed, cancellationToken),
            SessionBinding.Own own => await SendOwnAsync(request, own, cancellationToken),
            SessionBinding.Reached reached => await SendAsync(request, http => EraHeaders.AddManaged(http, new ManagedSession(reached.UpstreamSessionId, reached.ProtocolVersion)), abandoned: null, cancellationToken),
            _ => await SendAsync(request, http => EraHeaders.AddModern(http, request), abandoned: null, cancellationToken),
        };
    }

    public void Dispose()
    {
        _sse.Dispose();
        _endpoint.Dispose();
    }

    private async Task<UpstreamResult> SendAsync(UpstreamRequest request, Action<HttpRequestMessage> addHeaders, Action? abandoned, CancellationToken cancellationToken)
    {
        var (response, failed) = await PostAsync(request, addHeaders, abandoned, cancellationToken);
        return failed ?? await HttpExchange.ReadAsync(response!, wrap: null, abandoned, cancellationToken);
    }

    private async Task<UpstreamResult> SendSseAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        // A session of the client's own is from a time when the server spoke another transport: the client begins a new one.
        if (request is not { Session: SessionBinding.Managed managed, Message: { } message }) return new UpstreamResult.Answered(404, UpstreamContent.None, Stream.Null);
        if (message is not { Method: McpMethods.Initialize, Id: { } id }) return await _sse.SendAsync(request, managed, message, cancellationToken);

        // The session is the gateway's, opened with the first message; what the server says of itself is known.
        return new UpstreamResult.Answered(200, UpstreamContent.Json, new MemoryStream(OwnMessages.Result(id.Of(message.Body), Status.InitializeResult), writable: false));
    }

    private Task<UpstreamResult> SendOwnAsync(UpstreamRequest request, SessionBinding.Own own, CancellationToken cancellationToken)
    {
        void AddHeaders(HttpRequestMessage http) => EraHeaders.AddOwn(http, request, own.UpstreamSessionId);
        return SendAsync(request, AddHeaders, Cancellation(request, AddHeaders), cancellationToken);
    }

    private async Task<UpstreamResult> SendManagedAsync(UpstreamRequest request, SessionBinding.Managed managed, CancellationToken cancellationToken)
    {
        // News of the client's means something only to a server that has heard of the client.
        if (request.Message is { Kind: MessageKind.Notification } && !_sessions.Has(managed.Key)) return new UpstreamResult.Answered(202, UpstreamContent.None, Stream.Null);
        var owner = new ManagedSessions.Owner(request.Caller, managed);
        for (var again = false; ; again = true)
        {
            var (entry, opening) = await _sessions.GetAsync(managed.Key, owner, cancellationToken);
            if (opening.Session is not { } session)
            {
                if (opening.Failure!.Failure == UpstreamFailure.Unreachable) _presence.Alarm();
                return opening.Failure;
            }

            void AddHeaders(HttpRequestMessage http) => EraHeaders.AddManaged(http, session);
            var abandoned = Cancellation(request, AddHeaders);
            var (response, failed) = await PostAsync(request, AddHeaders, abandoned, cancellationToken);
            if (failed is not null) return failed;
            if (again || session.Id is null || !await HttpExchange.ForgotSessionAsync(response!, cancellationToken))
                return await HttpExchange.ReadAsync(response!, body => new ManagedEvents(body, _longestAnswer, (asked, message) => Asked(request, new ServerSessionOf(managed.Key, session), asked, message)), abandoned, cancellationToken);

            // An unknown session has done nothing with the message: saying it again in a new one is safe.
            response!.Dispose();
            _sessions.Forget(managed.Key, entry);
        }
    }

    private async Task<(HttpResponseMessage? Response, UpstreamResult.Failed? Failed)> PostAsync(
        UpstreamRequest request, Action<HttpRequestMessage> addHeaders, Action? abandoned, CancellationToken cancellationToken)
    {
        using var http = _endpoint.Request(HttpMethod.Parse(request.HttpMethod), request.Message?.Body, request.Caller);
        addHeaders(http);
        try
        {
            return (await _endpoint.SendAsync(http, cancellationToken), null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            abandoned?.Invoke();
            throw;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            _presence.Alarm();
            Broken(_logger, Name, failure.Message);
            return (null, new UpstreamResult.Failed(UpstreamFailure.Unreachable, HttpEndpoint.Explain(failure)));
        }
    }

    /// <summary>To a legacy server a closed connection says nothing: it must be told. <c>initialize</c> may not be cancelled.</summary>
    private Action? Cancellation(UpstreamRequest request, Action<HttpRequestMessage> addHeaders)
    {
        if (request.Message is not { Kind: MessageKind.Request, Id: { } id } message || message.Method is McpMethods.Initialize) return null;
        var raw = id.Of(message.Body.Span).ToArray();
        return () => Tell(OwnMessages.Cancelled(raw), request.Caller, addHeaders);
    }

    /// <summary>A request of the server's in an answer's stream.</summary>
    /// <returns>The request as the client is to see it in that stream, or null.</returns>
    private byte[]? Asked(UpstreamRequest request, ServerSessionOf session, ServerMessage asked, ReadOnlySpan<byte> message)
    {
        if (!asked.IsPing && request.RelaysRequests) return _requests.Address(From(session), message, asked.Id!.Value);
        if (asked.IsPing || !_requests.TryDeliver(From(session), message)) Refuse(request.Caller, session, asked, message);
        return null;
    }

    /// <summary>A message on the server's own stream.</summary>
    private void Heard(Caller caller, ServerSessionOf session, ReadOnlyMemory<byte> message)
    {
        if (!ServerMessage.TryRead(message.Span, out var said) || said.Kind == MessageKind.Response) return;
        if (said.IsPing || (!_requests.TryDeliver(From(session), message.Span) && said.Kind == MessageKind.Request)) Refuse(caller, session, said, message.Span);
    }

    private ServerSession From(ServerSessionOf session) => new(session.Key, Name, session.Session.Id, session.Session.Version);

    private void Refuse(Caller caller, ServerSessionOf session, ServerMessage asked, ReadOnlySpan<byte> message)
    {
        if (asked.Id is { } id) Tell(OwnMessages.Reply(id.Of(message).ToArray(), asked.IsPing), caller, http => EraHeaders.AddManaged(http, session.Session));
    }

    private void Tell(byte[] message, Caller caller, Action<HttpRequestMessage> addHeaders)
    {
        var http = _endpoint.Request(HttpMethod.Post, message, caller);
        addHeaders(http);
        _errands.Add(http);
    }

    private static async Task<ManagedSessions.Opening> OpenSessionAsync(EraProbe probe, ManagedSessions.Owner owner)
    {
        // Not the caller's token: others may wait for the same session.
        var (session, _, failed) = await probe.InitializeAsync(owner, CancellationToken.None);
        return new ManagedSessions.Opening(session, failed);
    }

    private void CloseSession(ManagedSessions.Owner? owner, ManagedSession session)
    {
        if (session.Id is not null) _errands.Add(Deletion(owner, session));
    }

    private HttpRequestMessage Deletion(ManagedSessions.Owner? owner, ManagedSession session)
    {
        var http = _endpoint.Request(HttpMethod.Delete, body: null, owner?.Caller);
        EraHeaders.AddManaged(http, session);
        return http;
    }

    private void Sweep()
    {
        _sessions.Sweep();
        _sse.Sweep();
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) Sweep();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message to {Server} got no answer: {Reason}")]
    private static partial void Broken(ILogger logger, string server, string reason);
}
