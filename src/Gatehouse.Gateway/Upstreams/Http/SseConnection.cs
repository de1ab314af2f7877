using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams.Stdio;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// One session of the HTTP+SSE transport: messages are posted, answers come on the stream, whichever they belong to.
/// Numbers of our own tell the calls apart, as on a child's stdout.
/// </summary>
internal sealed class SseConnection(SseServer server, SseStream stream, Caller? caller)
{
    private readonly ConcurrentDictionary<long, SseCall> _pending = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private volatile string? _over;
    private volatile string? _sessionKey;
    private volatile ManagedSession? _agreed;

    /// <summary>Whether the server does not know the session any more: what it was sent then, it has not taken.</summary>
    public bool IsForgotten { get; private set; }

    public bool IsOver => _over is not null;

    /// <summary>Completes when the stream has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The client's session that it serves. Before it is set, and in the gateway's own sessions, nobody reads what the server says unasked.</summary>
    public void Serve(string sessionKey) => _sessionKey = sessionKey;

    /// <summary>From here on the revision goes along with each message.</summary>
    public void Agree(ManagedSession session) => _agreed = session;

    /// <summary>Reads until the stream ends; then nothing waits any more.</summary>
    public async Task RunAsync(Action brokeOff, CancellationToken cancellationToken)
    {
        var reason = "it ended its stream";
        try
        {
            await foreach (var message in stream.ReadAsync(cancellationToken)) Receive(message);
            brokeOff();
        }
        catch (OperationCanceledException)
        {
            reason = "the session has ended";
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            reason = "its stream broke off";
            brokeOff();
        }
        finally
        {
            _over = reason;
            foreach (var number in _pending.Keys)
            {
                if (_pending.TryRemove(number, out var call)) call.Fail(reason);
            }

            stream.Close();
            _ended.TrySetResult();
        }
    }

    public void Close() => stream.Close();

    /// <summary>Sends one message. For a request it completes as soon as the answer begins.</summary>
    /// <param name="relays">Whether the client sees the answer as it comes, and with it what the server says meanwhile.</param>
    public async Task<UpstreamResult> SendAsync(Envelope message, bool relays, CancellationToken cancellationToken)
    {
        if (message.Kind != MessageKind.Request) return (UpstreamResult?)await PostAsync(message.Body, cancellationToken) ?? new UpstreamResult.Answered(202, UpstreamContent.None, Stream.Null);
        var call = new SseCall(Interlocked.Increment(ref _last), message, relays);
        _pending[call.Number] = call;
        if (_over is { } reason)
        {
            _pending.TryRemove(call.Number, out _);
            return new UpstreamResult.Failed(UpstreamFailure.Unreachable, reason);
        }

        try
        {
            if (await PostAsync(Numbered(message, call.Number), cancellationToken) is { } failed)
            {
                _pending.TryRemove(call.Number, out _);
                return failed;
            }
        }
        catch (OperationCanceledException)
        {
            Abandon(call);
            throw;
        }

        call.AbandonWith(Abandon, cancellationToken);
        return await call.Answer;
    }

    /// <returns>Null if the server took it.</returns>
    private async Task<UpstreamResult.Failed?> PostAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var request = Request(message);
        try
        {
            using var response = await server.Endpoint.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode) return null;
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                return new UpstreamResult.Failed(UpstreamFailure.CredentialRefused, string.Create(CultureInfo.InvariantCulture, $"it refused the gateway's credential (HTTP {(int)response.StatusCode})"));
            IsForgotten = response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.BadRequest;
            return new UpstreamResult.Failed(UpstreamFailure.Unreachable, string.Create(CultureInfo.InvariantCulture, $"it answered HTTP {(int)response.StatusCode} to a message"));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new UpstreamResult.Failed(UpstreamFailure.Unreachable, HttpEndpoint.Explain(failure));
        }
    }

    private HttpRequestMessage Request(ReadOnlyMemory<byte> message)
    {
        var request = server.Endpoint.Request(HttpMethod.Post, message, caller);
        request.RequestUri = stream.Messages;
        if (_agreed is { } session) EraHeaders.AddManaged(request, session);
        return request;
    }

    /// <summary>A copy: what is being sent may be read for a while after the sending was given up.</summary>
    private static byte[] Numbered(Envelope message, long number)
    {
        var line = ChildMessage.Outgoing(message, number);
        var body = line.Buffer.AsSpan(0, line.Length).ToArray();
        line.Release();
        return body;
    }

    private void Abandon(SseCall call)
    {
        if (!_pending.TryRemove(call.Number, out _)) return;
        if (call.MayBeCancelled) server.Errands.Add(Request(OwnMessages.Cancelled(Encoding.ASCII.GetBytes(call.Number.ToString(CultureInfo.InvariantCulture)))));
        call.Cancel();
    }

    private void Receive(byte[] data)
    {
        if (!ServerMessage.TryRead(data, out var message)) return;
        switch (message.Kind)
        {
            case MessageKind.Response when Number(message.Id, data) is { } number && _pending.TryRemove(number, out var call):
                call.Finish(data, message.Id!.Value);
                break;
            case MessageKind.Notification when message.IsProgress && Number(message.ProgressToken, data) is { } token && _pending.TryGetValue(token, out var call):
                call.Progress(data, message.ProgressToken!.Value);
                break;
            case MessageKind.Notification when !message.IsProgress:
                Deliver(data, data);
                break;
            case MessageKind.Request when message.IsPing || _sessionKey is not { } key || !Deliver(data, server.Requests.Address(From(key), data, message.Id!.Value)):
                server.Errands.Add(Request(OwnMessages.Reply(message.Id!.Value.Of(data).ToArray(), message.IsPing)));
                break;
        }
    }

    /// <summary>To the newest call that the client reads along with, else to the session's own stream.</summary>
    private bool Deliver(byte[] message, byte[] shown) =>
        _pending.Values.OrderByDescending(call => call.Number).Any(call => call.TryCarry(shown))
        || (_sessionKey is { } key && server.Requests.TryDeliver(From(key), message));

    /// <summary>The answer needs no more than the session: it goes where its messages go.</summary>
    private ServerSession From(string key) => new(key, server.Name, UpstreamSessionId: null, ProtocolVersion: null);

    /// <summary>A number as we write them: a string of the same digits was never ours.</summary>
    private static long? Number(ByteRange? range, byte[] data) =>
        range is { } place && System.Buffers.Text.Utf8Parser.TryParse(place.Of(data), out long number, out var used) && used == place.Length ? number : null;
}
