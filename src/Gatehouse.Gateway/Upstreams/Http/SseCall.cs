using System.Threading.Channels;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams.Stdio;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>One request whose answer comes on the session's one stream. That stream's reader alone delivers to it; the end may come from anywhere and comes once.</summary>
/// <param name="number">The id and progress token that it has at the server.</param>
/// <param name="message">The request.</param>
/// <param name="carries">Whether the client reads the answer as it comes, so that it may carry what belongs to no call.</param>
internal sealed class SseCall(long number, Envelope message, bool carries)
{
    /// <summary>A client that reads slowly loses progress first: it is advice. The answer is never lost.</summary>
    private const int MostWaitingEvents = 1024;

    // Copies: the caller's buffer is its own again as soon as the answer begins.
    private readonly byte[] _id = message.Id!.Value.Of(message.Body.Span).ToArray();
    private readonly byte[] _progressToken = message.ProgressToken?.Of(message.Body.Span).ToArray() ?? [];
    private readonly TaskCompletionSource<UpstreamResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Channel<byte[]>? _events;
    private CancellationTokenRegistration _giveUp;
    private volatile bool _isOver;
    private volatile Action<SseCall>? _abandon;

    public long Number => number;

    public Task<UpstreamResult> Answer => _answer.Task;

    public bool MayBeCancelled { get; } = message.Method is not McpMethods.Initialize;

    /// <param name="abandon">What happens when the caller gives up.</param>
    /// <param name="cancellationToken">Cancelled when it does.</param>
    public void AbandonWith(Action<SseCall> abandon, CancellationToken cancellationToken)
    {
        _abandon = abandon;
        _giveUp = cancellationToken.UnsafeRegister(_ => abandon(this), null);
        if (_isOver) _giveUp.Unregister();
    }

    public void Progress(ReadOnlySpan<byte> data, ByteRange token)
    {
        if (_progressToken.Length == 0) return;
        var events = Events();
        if (events.Reader.Count < MostWaitingEvents) events.Writer.TryWrite(ChildMessage.Event(data, token, _progressToken));
    }

    /// <returns>Whether the client will see it.</returns>
    public bool TryCarry(ReadOnlySpan<byte> data)
    {
        if (_isOver || !carries) return false;
        var events = Events();
        return events.Reader.Count < MostWaitingEvents && events.Writer.TryWrite(ChildMessage.Event(data, default, []));
    }

    public void Finish(ReadOnlySpan<byte> data, ByteRange id)
    {
        End();
        if (_events is null)
        {
            _answer.TrySetResult(new UpstreamResult.Answered(200, UpstreamContent.Json, new MemoryStream(ChildMessage.Json(data, id, _id), writable: false)));
            return;
        }

        _events.Writer.TryWrite(ChildMessage.Event(data, id, _id));
        _events.Writer.TryComplete();
    }

    public void Cancel()
    {
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
        _answer.TrySetResult(new UpstreamResult.Answered(200, UpstreamContent.EventStream, new ChildEvents(_events.Reader, () => _abandon?.Invoke(this))));
        return _events;
    }

    private void End()
    {
        _isOver = true;
        _giveUp.Unregister();
    }
}
