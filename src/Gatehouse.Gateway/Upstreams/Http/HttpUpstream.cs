using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams.Stdio;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>An MCP server behind a URL (Streamable HTTP), maybe with a program of its own that is started beside the gateway.</summary>
internal sealed partial class HttpUpstream : ISupervisedUpstream, IDisposable
{
    private readonly HttpEndpoint _endpoint;
    private readonly StatusBoard _board;
    private readonly HttpPresence _presence;
    private readonly Errands _errands;
    private readonly ManagedSessions _sessions;
    private readonly ProgramBeside? _program;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _longestAnswer;

    public HttpUpstream(string name, ServerSettings settings, int longestAnswer, StatusBoard board, ChildLog log, TimeProvider time, ILogger logger)
    {
        Name = name;
        (_board, _time, _logger, _longestAnswer) = (board, time, logger, longestAnswer);
        _endpoint = new HttpEndpoint(settings);
        _errands = new Errands(name, _endpoint, time, logger);
        _program = settings.Command is null ? null : new ProgramBeside(settings, log, time);
        var patience = TimeSpan.FromSeconds(settings.Timeout);
        var probe = new EraProbe(_endpoint, session => CloseSession(owner: null, session), patience, time);
        _presence = new HttpPresence(probe, board, _program, patience, time);
        _sessions = new ManagedSessions(owner => OpenSessionAsync(probe, owner), CloseSession, time);
    }

    public string Name { get; }

    public UpstreamStatus Status => _board.Current;

    public Task SettledAsync(CancellationToken cancellationToken) => _board.SettledAsync(cancellationToken);

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        _presence.RunAsync(stopping), _errands.RunAsync(stopping), SweepAsync(stopping), _program?.RunAsync(_presence.Alarm, stopping) ?? Task.CompletedTask);

    public async Task<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        await SettledAsync(cancellationToken);
        if (await _presence.RefuseAsync(request.Era, cancellationToken) is { } refused) return refused;
        if (!_endpoint.CanName(request.Caller)) return new UpstreamResult.Failed(UpstreamFailure.Unreachable, "the caller's name holds characters that no header can carry");
        return request.Session switch
        {
            SessionBinding.Managed managed => await SendManagedAsync(request, managed, cancellationToken),
            SessionBinding.Own own => await SendOwnAsync(request, own, cancellationToken),
            _ => await SendAsync(request, http => EraHeaders.AddModern(http, request), abandoned: null, cancellationToken),
        };
    }

    public void Dispose() => _endpoint.Dispose();

    private async Task<UpstreamResult> SendAsync(UpstreamRequest request, Action<HttpRequestMessage> addHeaders, Action? abandoned, CancellationToken cancellationToken)
    {
        var (response, failed) = await PostAsync(request, addHeaders, abandoned, cancellationToken);
        return failed ?? await HttpExchange.ReadAsync(response!, wrap: null, abandoned, cancellationToken);
    }

    private Task<UpstreamResult> SendOwnAsync(UpstreamRequest request, SessionBinding.Own own, CancellationToken cancellationToken)
    {
        void AddHeaders(HttpRequestMessage http) => EraHeaders.AddOwn(http, request, own.UpstreamSessionId);
        return SendAsync(request, AddHeaders, Cancellation(request, AddHeaders), cancellationToken);
    }

    private async Task<UpstreamResult> SendManagedAsync(UpstreamRequest request, SessionBinding.Managed managed, CancellationToken cancellationToken)
    {
        var owner = new ManagedSessions.Owner(request.Caller, managed.ProtocolVersion);
        for (var again = false; ; again = true)
        {
            var (entry, opening) = await _sessions.GetAsync(managed.Key, owner, cancellationToken);
            if (opening.Session is not { } session) return opening.Failure!;
            void AddHeaders(HttpRequestMessage http) => EraHeaders.AddManaged(http, session);
            var abandoned = Cancellation(request, AddHeaders);
            var (response, failed) = await PostAsync(request, AddHeaders, abandoned, cancellationToken);
            if (failed is not null) return failed;
            if (again || session.Id is null || !await HttpExchange.ForgotSessionAsync(response!, cancellationToken))
                return await HttpExchange.ReadAsync(response!, body => new ManagedEvents(body, _longestAnswer, (id, isPing) => Reply(request, AddHeaders, id, isPing)), abandoned, cancellationToken);

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

    private void Reply(UpstreamRequest request, Action<HttpRequestMessage> addHeaders, byte[] id, bool isPing) =>
        Tell(OwnMessages.Reply(id, isPing), request.Caller, addHeaders);

    private void Tell(byte[] message, Core.Identity.Caller caller, Action<HttpRequestMessage> addHeaders)
    {
        var http = _endpoint.Request(HttpMethod.Post, message, caller);
        addHeaders(http);
        _errands.Add(http);
    }

    private static async Task<ManagedSessions.Opening> OpenSessionAsync(EraProbe probe, ManagedSessions.Owner owner)
    {
        // Not the caller's token: others may wait for the same session.
        var (session, _, failed) = await probe.InitializeAsync(owner.Caller, owner.Version, CancellationToken.None);
        return new ManagedSessions.Opening(session, failed);
    }

    private void CloseSession(ManagedSessions.Owner? owner, ManagedSession session)
    {
        if (session.Id is null) return;
        var http = _endpoint.Request(HttpMethod.Delete, body: null, owner?.Caller);
        EraHeaders.AddManaged(http, session);
        _errands.Add(http);
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) _sessions.Sweep();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message to {Server} got no answer: {Reason}")]
    private static partial void Broken(ILogger logger, string server, string reason);
}
