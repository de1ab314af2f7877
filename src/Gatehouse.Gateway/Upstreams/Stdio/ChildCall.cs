using System.Threading.Channels;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// One request on its way through a child. The reader loop alone delivers to it; the end may come from anywhere and
/// comes once.
/// </summary>
internal sealed class ChildCall
{
    /// <summary>A client that reads slowly loses progress first: it is advice. Nothing else is lost.</summary>
    private const int MostWaitingEvents = 1024;

    // Copies: the caller's buffer is its own again as soon as the answer begins.
    private readonly byte[] _id;
    private readonly byte[] _progressToken;
    private readonly TaskCompletionSource<UpstreamResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Channel<byte[]>? _events;
    private CancellationTokenRegistration _giveUp;
    private volatile ChildChannel? _channel;
    private volatile bool _isOver;
    private bool _isAcknowledged;

    public ChildCall(Envelope message, Era era)
    {
        _id = message.Id!.Value.Of(message.Body.Span).ToArray();
        _progressToken = message.ProgressToken?.Of(message.Body.Span).ToArray() ?? [];
        Era = era;
        MayBeCancelled = message.Method is not McpMethods.Initialize;
        if (era == Era.Modern && message.Method is McpMethods.Listen) Listen = message with { Body = message.Body.ToArray() };
    }

    public Era Era { get; }

    /// <summary>The id and progress token that it has on the channel which carries it now.</summary>
    public long Number { get; private set; }

    public Task<UpstreamResult> Answer => _answer.Task;

    public bool MayBeCancelled { get; }

    /// <summary>Whether its client reads the stream as it comes, so that it may carry what belongs to no call.</summary>
    public bool Carries { get; init; }

    /// <summary>The message of <c>subscriptions/listen</c>, kept because it outlives its channel; null for what does not.</summary>
    public Envelope? Listen { get; }

    /// <summary>Whether it has been answered, or nobody waits any more.</summary>
    public bool IsOver => _isOver;

    /// <summary>Puts it on a channel.</summary>
    public void Begin(ChildChannel channel, long number) => (Number, _channel) = (number, channel);

    /// <param name="cancellationToken">Cancelled when the caller gives up.</param>
    public void AbandonWith(CancellationToken cancellationToken)
    {
        _giveUp = cancellationToken.UnsafeRegister(static call => ((ChildCall)call!).Abandon(), this);
        if (_isOver) _giveUp.Unregister();
    }

    public void Progress(ReadOnlySpan<byte> line, ByteRange token)
    {
        if (_progressToken.Length == 0) return;
        var events = Events();
        if (events.Reader.Count < MostWaitingEvents) events.Writer.TryWrite(ChildMessage.Event(line, token, _progressToken));
    }

    /// <summary>A notification of its subscription, under the id by which the client knows that.</summary>
    /// <param name="line">The server's line.</param>
    /// <param name="subscription">Where that names the subscription.</param>
    /// <param name="isAcknowledgement">Of several, after the program was started again, the client sees the first.</param>
    /// <returns>Whether it goes on: a client that does not read misses what it asked to be told, so its subscription ends.</returns>
    public bool Notify(ReadOnlySpan<byte> line, ByteRange subscription, bool isAcknowledgement)
    {
        if (isAcknowledgement && _isAcknowledged) return true;
        _isAcknowledged |= isAcknowledgement;
        var events = Events();
        if (events.Reader.Count >= MostWaitingEvents) return false;
        events.Writer.TryWrite(ChildMessage.Event(line, subscription, _id));
        return true;
    }

    /// <summary>Takes a message along that names no call, where all of a child's calls are one client's.</summary>
    /// <returns>Whether the client will see it.</returns>
    public bool TryCarry(ReadOnlySpan<byte> line)
    {
        if (_isOver || !Carries) return false;
        var events = Events();
        return events.Reader.Count < MostWaitingEvents && events.Writer.TryWrite(ChildMessage.Event(line, default, []));
    }

    public void Finish(ReadOnlySpan<byte> line, ByteRange id, int errorCode)
    {
        End();
        var subscription = Listen is null ? null : ServerMessageParams.SubscriptionOfAnswer(line);
        if (_events is null)
        {
            var json = new MemoryStream(ChildMessage.Json(line, id, subscription, _id), writable: false);
            _answer.TrySetResult(new UpstreamResult.Answered(StatusOf(errorCode), UpstreamContent.Json, json));
            return;
        }

        _events.Writer.TryWrite(ChildMessage.Event(line, id, subscription, _id));
        _events.Writer.TryComplete();
    }

    /// <summary>The server has ended the subscription without an answer; the client gets the one that ends it properly (2026-07-28, "Subscriptions").</summary>
    public void FinishListen()
    {
        End();
        var events = Events();
        events.Writer.TryWrite(ChildMessage.Event(OwnMessages.ListenEnd(_id), default, []));
        events.Writer.TryComplete();
    }

    public void Abandon()
    {
        _channel?.Drop(this);
        End();
        _answer.TrySetCanceled(CancellationToken.None);
        _events?.Writer.TryComplete(new OperationCanceledException());
    }

    public void Fail(string reason)
    {
        End();
        _answer.TrySetResult(new UpstreamResult.Failed(UpstreamFailure.Unreachable, reason));
        _events?.Writer.TryComplete(new IOException(reason));
    }

    private Channel<byte[]> Events()
    {
        if (_events is { } begun) return begun;
        _events = Channel.CreateUnbounded<byte[]>();
        _answer.TrySetResult(new UpstreamResult.Answered(200, UpstreamContent.EventStream, new ChildEvents(_events.Reader, Abandon)));
        return _events;
    }

    private void End()
    {
        _isOver = true;
        _giveUp.Unregister();
    }

    /// <summary>Only the modern era ties statuses to codes (2026-07-28, "Streamable HTTP"); over stdio nobody else sets them.</summary>
    private int StatusOf(int errorCode) => Era == Era.Legacy ? 200 : errorCode switch
    {
        JsonRpcCode.MethodNotFound => 404,
        JsonRpcCode.ParseError or JsonRpcCode.InvalidRequest or JsonRpcCode.HeaderMismatch or JsonRpcCode.MissingClientCapability or JsonRpcCode.UnsupportedVersion => 400,
        _ => 200,
    };
}
