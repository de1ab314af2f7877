using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// JSON-RPC over one child's stdin and stdout, for everybody at once: one loop writes, one reads, and numbers of our own
/// tell the calls apart, whatever ids and progress tokens the clients chose.
/// </summary>
/// <param name="child">The program.</param>
/// <param name="longestLine">A message of more bytes is noise.</param>
/// <param name="conversation">Takes what belongs to no call.</param>
/// <param name="log">Where noise goes.</param>
/// <param name="time">The clock.</param>
internal sealed class ChildChannel(Child child, long longestLine, IConversation conversation, ChildLog log, TimeProvider time)
{
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, ChildCall> _pending = new();

    // Bounded: a child that does not read makes its callers wait, until their time is over.
    private readonly Channel<OutgoingLine> _outgoing = Channel.CreateBounded<OutgoingLine>(new BoundedChannelOptions(1024) { SingleReader = true });
    private long _last;
    private volatile string? _over;

    /// <summary>Who is using it: a call does until it is answered.</summary>
    public ChildUse Use { get; } = new(time);

    /// <summary>The listens that were open when it ended. They go on, on the next child.</summary>
    public IReadOnlyList<ChildCall> OpenListens { get; private set; } = [];

    /// <summary>Runs until the child ends or <paramref name="stopping"/> is cancelled; then no call waits any more but <see cref="OpenListens"/>.</summary>
    /// <returns>Why it is over.</returns>
    public async Task<string> RunAsync(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, time, end.Token);
        var reading = ReadAsync(end.Token);
        var writing = WriteAsync(end.Token);
        await Task.WhenAny(reading, writing, child.Exited, stopped);

        // What it wrote before it ended still counts, and how it ended is a better reason than a closed pipe.
        if (!stopping.IsCancellationRequested) await Task.WhenAny(Task.WhenAll(reading, child.Exited), Task.Delay(_lastWords, time, end.Token));
        var reason = stopping.IsCancellationRequested ? "the gateway is stopping or starts it anew"
            : child.Exited.IsCompleted ? $"its program exited with code {await child.Exited}"
            : "its program closed its stdin or stdout";
        Close(reason);
        await end.CancelAsync();
        await Task.WhenAll(reading, writing);
        await stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return reason;
    }

    /// <summary>A number that nothing else on this channel has.</summary>
    public long NextNumber() => Interlocked.Increment(ref _last);

    /// <summary>Sends one request and completes as soon as the answer begins.</summary>
    /// <param name="carries">Whether its stream may carry what belongs to no call: its client reads it as it comes.</param>
    public async Task<UpstreamResult> SendAsync(Envelope message, Era era, bool carries, CancellationToken cancellationToken)
    {
        var call = new ChildCall(message, era) { Carries = carries };
        if (!TryAdd(call)) return new UpstreamResult.Failed(UpstreamFailure.Unreachable, _over ?? "it is being ended");
        var line = ChildMessage.Outgoing(message, call.Number);
        try
        {
            await _outgoing.Writer.WriteAsync(line, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            line.Release();
            return await call.Answer;
        }
        catch (OperationCanceledException)
        {
            // It never went out: there is nothing to cancel.
            line.Release();
            TryTake(call.Number, out _);
            throw;
        }

        call.AbandonWith(cancellationToken);
        return await call.Answer;
    }

    /// <summary>Says again what an earlier child was asked to keep telling of.</summary>
    public void Resume(ChildCall listen)
    {
        if (!TryAdd(listen)) listen.Fail(_over ?? "it is being ended");
        else if (!_outgoing.Writer.TryWrite(ChildMessage.Outgoing(listen.Listen!, listen.Number)) && TryTake(listen.Number, out _)) listen.Fail("its program does not read");

        // Its caller may have given up meanwhile, and then nobody else tells the child.
        if (listen.IsOver) Drop(listen);
    }

    /// <summary>Says something that wants no answer. A child that does not even read is not waited for.</summary>
    public void Tell(ReadOnlySpan<byte> message) => _outgoing.Writer.TryWrite(ChildMessage.Unchanged(message));

    /// <summary>The same for what must not be lost while the child is slow.</summary>
    public async Task TellAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(ChildMessage.Unchanged(message.Span), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            // Whatever it answered or announced is gone with the child.
            log.Unheard();
        }
    }

    /// <summary>Answers a request of the child's own that nobody behind the gateway answers.</summary>
    public void Refuse(ReadOnlySpan<byte> id) => Tell(OwnMessages.Reply(id.ToArray(), isPing: false));

    /// <summary>Nobody waits for this call any more, and the child is told so.</summary>
    public void Drop(ChildCall call)
    {
        if (TryTake(call.Number, out _) && call.MayBeCancelled) Tell(OwnMessages.Cancelled(RawNumber(call.Number)));
    }

    /// <summary>Puts a message that belongs to no call into the stream of the call that was begun last.</summary>
    public bool TryCarry(ReadOnlySpan<byte> line)
    {
        ChildCall? latest = null;
        foreach (var (number, call) in _pending)
        {
            if (call.Carries && number > (latest?.Number ?? 0)) latest = call;
        }

        return latest?.TryCarry(line) == true;
    }

    private bool TryAdd(ChildCall call)
    {
        if (!Use.TryEnter()) return false;
        call.Begin(this, NextNumber());
        _pending[call.Number] = call;
        return _over is null || !TryTake(call.Number, out _);
    }

    private bool TryTake(long number, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ChildCall? call)
    {
        if (!_pending.TryRemove(number, out call)) return false;
        Use.Leave();
        return true;
    }

    private void Close(string reason)
    {
        _over = reason;
        _outgoing.Writer.TryComplete();
        var listens = new List<ChildCall>();
        foreach (var number in _pending.Keys)
        {
            if (!TryTake(number, out var call)) continue;
            if (call.Listen is null) call.Fail(reason);
            else listens.Add(call);
        }

        OpenListens = listens;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in _outgoing.Reader.ReadAllAsync(cancellationToken))
            {
                try
                {
                    await child.Input.WriteAsync(line.Buffer.AsMemory(0, line.Length), cancellationToken);
                }
                finally
                {
                    line.Release();
                }
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException)
        {
            // A broken pipe: the child is gone or going, and RunAsync says so to everybody.
            _outgoing.Writer.TryComplete();
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (var line in Lines.ReadAsync(child.Output, longestLine, keepStart: false, cancellationToken))
        {
            if (line.IsCut) log.TooLong(longestLine);
            else if (line.Bytes.IsSingleSegment) Receive(line.Bytes.FirstSpan, line.Bytes);
            else ReceiveWhole(line.Bytes);
        }
    }

    private void ReceiveWhole(ReadOnlySequence<byte> line)
    {
        var length = (int)line.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        line.CopyTo(whole);
        Receive(whole.AsSpan(0, length), line);
        ArrayPool<byte>.Shared.Return(whole);
    }

    private void Receive(ReadOnlySpan<byte> line, ReadOnlySequence<byte> source)
    {
        if (line.IsEmpty) return;
        if (!ServerMessage.TryRead(line, out var message))
        {
            log.Ignored(source);
            return;
        }

        switch (message.Kind)
        {
            // An answer that nobody waits for is late, or given twice.
            case MessageKind.Response when Number(message.Id, line) is { } number:
                if (TryTake(number, out var answered)) answered.Finish(line, message.Id!.Value, message.ErrorCode);
                break;
            case MessageKind.Request when message.IsPing:
                Tell(OwnMessages.Reply(message.Id!.Value.Of(line).ToArray(), isPing: true));
                break;
            case MessageKind.Notification when message.IsProgress:
                if (Number(message.ProgressToken, line) is { } token && _pending.TryGetValue(token, out var running)) running.Progress(line, message.ProgressToken!.Value);
                break;
            case MessageKind.Notification when FindListen(message, line) is { } listen:
                if (message.Topic == ServerTopic.Cancelled) EndListen(listen);
                else if (!listen.Notify(line, message.About.SubscriptionId!.Value, message.Topic == ServerTopic.Acknowledged)) Overrun(listen);
                break;
            case MessageKind.Request or MessageKind.Notification:
                conversation.Receive(this, message, line);
                break;
        }
    }

    /// <summary>The listen that a notification belongs to: by the subscription it names, or as what the server ends.</summary>
    private ChildCall? FindListen(in ServerMessage message, ReadOnlySpan<byte> line)
    {
        var place = message.Topic == ServerTopic.Cancelled ? message.About.RequestId : message.About.SubscriptionId;
        return Number(place, line) is { } number && _pending.TryGetValue(number, out var call) && call.Listen is not null ? call : null;
    }

    private void EndListen(ChildCall listen)
    {
        if (TryTake(listen.Number, out _)) listen.FinishListen();
    }

    private void Overrun(ChildCall listen)
    {
        Drop(listen);
        listen.Fail("the client did not read what it had asked to be told");
    }

    /// <summary>A number as we write them: a string of the same digits was never ours.</summary>
    private static long? Number(ByteRange? range, ReadOnlySpan<byte> line) =>
        range is { } place && System.Buffers.Text.Utf8Parser.TryParse(place.Of(line), out long number, out var used) && used == place.Length ? number : null;

    private static byte[] RawNumber(long number) => System.Text.Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
