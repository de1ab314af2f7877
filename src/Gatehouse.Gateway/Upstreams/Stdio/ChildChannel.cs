using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// JSON-RPC over one child's stdin and stdout, for everybody at once: one loop writes, one reads, and numbers of our own
/// tell the calls apart, whatever ids and progress tokens the clients chose.
/// </summary>
internal sealed class ChildChannel(Child child, ChildLog log, TimeProvider time)
{
    private const long LongestLine = 32 * 1024 * 1024;
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, ChildCall> _pending = new();

    // Bounded: a child that does not read makes its callers wait, until their time is over.
    private readonly Channel<OutgoingLine> _outgoing = Channel.CreateBounded<OutgoingLine>(new BoundedChannelOptions(1024) { SingleReader = true });
    private long _last;
    private volatile string? _over;

    /// <summary>Runs until the child ends or <paramref name="stopping"/> is cancelled; then nothing waits any more.</summary>
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

    /// <summary>Sends one request and completes as soon as the answer begins.</summary>
    public async Task<UpstreamResult> SendAsync(Envelope message, Era era, CancellationToken cancellationToken)
    {
        var call = new ChildCall(Interlocked.Increment(ref _last), message, era);
        _pending[call.Number] = call;
        if (_over is { } reason)
        {
            _pending.TryRemove(call.Number, out _);
            return new UpstreamResult.Failed(UpstreamFailure.Unreachable, reason);
        }

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
            _pending.TryRemove(call.Number, out _);
            throw;
        }

        call.AbandonWith(Abandon, cancellationToken);
        return await call.Answer;
    }

    /// <summary>Says something that wants no answer. A child that does not even read is not waited for.</summary>
    public void Tell(ReadOnlySpan<byte> message) => _outgoing.Writer.TryWrite(OutgoingLine.Own(message));

    private void Abandon(ChildCall call)
    {
        if (!_pending.TryRemove(call.Number, out _)) return;
        if (call.MayBeCancelled) Tell(OwnMessages.Cancelled(RawNumber(call.Number)));
        call.Cancel();
    }

    private void Close(string reason)
    {
        _over = reason;
        _outgoing.Writer.TryComplete();
        foreach (var number in _pending.Keys)
        {
            if (_pending.TryRemove(number, out var call)) call.Fail(reason);
        }
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
        await foreach (var line in Lines.ReadAsync(child.Output, LongestLine, keepStart: false, cancellationToken))
        {
            if (line.IsCut) log.TooLong(LongestLine);
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
            case MessageKind.Response when Number(message.Id, line) is { } number && _pending.TryRemove(number, out var call):
                call.Finish(line, message.Id!.Value, message.ErrorCode);
                break;

            // Every other notification belongs to no call: nobody has asked for it on this channel.
            case MessageKind.Notification when message.IsProgress && Number(message.ProgressToken, line) is { } token && _pending.TryGetValue(token, out var call):
                call.Progress(line, message.ProgressToken!.Value, Abandon);
                break;
            case MessageKind.Request:
                Tell(OwnMessages.Reply(message.Id!.Value.Of(line).ToArray(), message.IsPing));
                break;
        }
    }

    /// <summary>A number as we write them: a string of the same digits was never ours.</summary>
    private static long? Number(ByteRange? range, ReadOnlySpan<byte> line) =>
        range is { } place && System.Buffers.Text.Utf8Parser.TryParse(place.Of(line), out long number, out var used) && used == place.Length ? number : null;

    private static byte[] RawNumber(long number) => System.Text.Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
