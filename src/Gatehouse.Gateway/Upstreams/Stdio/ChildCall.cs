using System.Threading.Channels;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// One request on its way through a child. The reader loop alone delivers to it; the end may come from anywhere and
/// comes once.
/// </summary>
internal sealed class ChildCall(long number, Envelope message, Era era, string? session)
{
    /// <summary>A client that reads slowly loses progress first: it is advice. The answer is never lost.</summary>
    private const int MostWaitingEvents = 1024;

    // Copies: the caller's buffer is its own again as soon as the answer begins.
    private readonly byte[] _id = message.Id!.Value.Of(message.Body.Span).ToArray();
    private readonly byte[] _progressToken = message.ProgressToken?.Of(message.Body.Span).ToArray() ?? [];
    private readonly TaskCompletionSource<UpstreamResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Channel<byte[]>? _events;
    private CancellationTokenRegistration _giveUp;

    /// <summary>The id and progress token that it has on the shared channel.</summary>
    public long Number => number;

    public Task<UpstreamResult> Answer => _answer.Task;

    public bool MayBeCancelled { get; } = message.Method is not "initialize";

    /// <summary>Whether this is the request that a client's <c>notifications/cancelled</c> names: the same raw id, in the same session.</summary>
    public bool Is(string inSession, ReadOnlySpan<byte> id) => session == inSession && id.SequenceEqual(_id);

    /// <param name="abandon">What happens when the caller gives up.</param>
    /// <param name="cancellationToken">Cancelled when it does.</param>
    public void AbandonWith(Action<ChildCall> abandon, CancellationToken cancellationToken)
    {
        _giveUp = cancellationToken.UnsafeRegister(_ => abandon(this), null);
        if (_answer.Task.IsCompleted && _events is null) _giveUp.Unregister();
    }

    public void Progress(ReadOnlySpan<byte> line, ByteRange token, Action<ChildCall> abandon)
    {
        if (_progressToken.Length == 0) return;
        if (_events is null)
        {
            _events = Channel.CreateUnbounded<byte[]>();
            _answer.TrySetResult(new UpstreamResult.Answered(200, UpstreamContent.EventStream, new ChildEvents(_events.Reader, () => abandon(this))));
        }

        if (_events.Reader.Count < MostWaitingEvents) _events.Writer.TryWrite(Splice.Event(line, token, _progressToken));
    }

    public void Finish(ReadOnlySpan<byte> line, ByteRange id, int errorCode)
    {
        _giveUp.Unregister();
        if (_events is null)
        {
            var json = new MemoryStream(Splice.Json(line, id, _id), writable: false);
            _answer.TrySetResult(new UpstreamResult.Answered(StatusOf(errorCode), UpstreamContent.Json, json));
            return;
        }

        _events.Writer.TryWrite(Splice.Event(line, id, _id));
        _events.Writer.TryComplete();
    }

    public void Cancel()
    {
        _giveUp.Unregister();
        _answer.TrySetCanceled(CancellationToken.None);
        _events?.Writer.TryComplete(new OperationCanceledException());
    }

    public void Fail(string reason)
    {
        _giveUp.Unregister();
        _answer.TrySetResult(new UpstreamResult.Failed(UpstreamFailure.Unreachable, reason));
        _events?.Writer.TryComplete(new IOException(reason));
    }

    /// <summary>Only the modern era ties statuses to codes (2026-07-28, "Streamable HTTP"); over stdio nobody else sets them.</summary>
    private int StatusOf(int errorCode) => era == Era.Legacy ? 200 : errorCode switch
    {
        JsonRpcCode.MethodNotFound => 404,
        JsonRpcCode.ParseError or JsonRpcCode.InvalidRequest or JsonRpcCode.HeaderMismatch or JsonRpcCode.MissingClientCapability or JsonRpcCode.UnsupportedVersion => 400,
        _ => 200,
    };
}
