using System.Threading.Channels;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>
/// One server's part of a listen: a listen of its own there, on the caller's behalf. It ends alone, by the server's word or
/// because the server goes away; the others go on.
/// </summary>
/// <param name="upstream">The server.</param>
/// <param name="asked">What it is asked for; tasks by its own ids.</param>
/// <param name="taskIds">The ids that the client knows those tasks by.</param>
internal sealed class ListenPart(IUpstream upstream, ListenFilter asked, IReadOnlyDictionary<string, string> taskIds) : IDisposable
{
    /// <summary>Longer news is none.</summary>
    private const int LongestMessage = 32 * 1024 * 1024;

    private readonly CancellationTokenSource _givenUp = new();
    private readonly TaskCompletionSource<ListenFilter> _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Server => upstream.Name;

    /// <summary>What the server will tell, tasks by the client's ids. Nothing if it refuses, is gone before it says, or takes too long; then it is given up.</summary>
    public async Task<ListenFilter> AcknowledgedAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await _acknowledged.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            await _givenUp.CancelAsync();
            Problem = "it did not acknowledge in time";
            return ListenFilter.Nothing;
        }
    }

    /// <summary>Why it ended, if not by the server's word or ours; for the operator.</summary>
    public string? Problem { get; private set; }

    /// <summary>Passes on what the server tells, until it or somebody ends that.</summary>
    /// <param name="exchange">The client's listen.</param>
    /// <param name="writer">Takes the messages, ready for the client; waits if that one is slow.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Exchange exchange, ChannelWriter<ReadOnlyMemory<byte>> writer, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _givenUp.Token);
        try
        {
            // The client's own id: on HTTP each listen has its stream, and over stdio ids are replaced on the way.
            var request = Forwarder.Request(exchange, Splice.Rescan(Message(exchange)), SessionBinding.None.Instance);
            var result = await upstream.SendAsync(request, ended.Token);
            if (result is UpstreamResult.Failed failed)
            {
                Problem = failed.Reason;
                return;
            }

            await using var answer = (UpstreamResult.Answered)result;
            if (answer.Content != UpstreamContent.EventStream)
            {
                Problem = "it refused to be listened to";
                return;
            }

            using var messages = new EventMessages(answer.Body, LongestMessage);
            await PassOnAsync(exchange, messages, writer, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // How a listen ends from this side.
            return;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or OperationCanceledException)
        {
            Problem = broken.Message;
        }
        finally
        {
            _acknowledged.TrySetResult(ListenFilter.Nothing);
        }
    }

    public void Dispose() => _givenUp.Dispose();

    private async Task PassOnAsync(Exchange exchange, EventMessages messages, ChannelWriter<ReadOnlyMemory<byte>> writer, CancellationToken cancellationToken)
    {
        ListenFilter? honoured = null;
        while (await messages.NextAsync(cancellationToken) is { } message)
        {
            if (!SubscriptionMessage.TryRead(message.Span, out var read) || read.IsRequest) continue;

            // The final result, an error, or the word of a server that ends it.
            if (read.Method is null or McpMethods.Cancelled) return;
            if (honoured is null)
            {
                if (read is not { Method: McpMethods.Acknowledged, Params: { } parameters } || ListenFilter.Read(parameters.Of(message)) is not { } said) continue;
                honoured = asked.And(said);
                _acknowledged.TrySetResult(honoured with { TaskIds = [.. honoured.TaskIds.Select(taskId => taskIds[taskId])] });
            }
            else if (honoured.Covers(read.Method))
            {
                var stamped = read.Stamp(message, exchange.Id);
                await writer.WriteAsync(read.Method == McpMethods.TaskChanged ? TaskIdSplice.OfNotification(stamped, taskIds.GetValueOrDefault) : stamped, cancellationToken);
            }
        }
    }

    /// <summary>The client's request with another filter.</summary>
    private byte[] Message(Exchange exchange)
    {
        var meta = exchange.Message.Meta!.Value.Of(exchange.Message.Body);
        return MessageWriter.Request(exchange.Id, McpMethods.Listen, json =>
        {
            asked.Write(json);
            json.WritePropertyName("_meta"u8);
            json.WriteRawValue(meta.Span, skipInputValidation: true);
        }).ToArray();
    }
}
