using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Gatehouse.Core.Audit;

namespace Gatehouse.Storage.Audit;

/// <summary>The waiting room between those who act and the one who writes.</summary>
internal sealed class AuditLog : IAuditLog
{
    public const int Capacity = 8192;

    private readonly Channel<AuditEvent> _channel = Channel.CreateBounded<AuditEvent>(new BoundedChannelOptions(Capacity)
    {
        FullMode = BoundedChannelFullMode.Wait,
        SingleReader = true,
    });

    private readonly TimeProvider _time;
    private readonly Counter<long> _waits;

    public AuditLog(TimeProvider time, IMeterFactory meters)
    {
        _time = time;
        _waits = meters.Create(AuditMeter.Name).CreateCounter<long>("gatehouse.audit.waits", description: "Events that found the buffer full");
    }

    /// <summary>How long somebody waits for room before being refused.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    public ChannelReader<AuditEvent> Pending => _channel.Reader;

    public ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        var room = _channel.Writer.WaitToWriteAsync(cancellationToken);
        if (room.IsCompletedSuccessfully) return room.Result ? ValueTask.CompletedTask : throw Closed();
        return WaitAsync(
            async (_, token) =>
            {
                if (!await room.AsTask().WaitAsync(token)) throw Closed();
            },
            cancellationToken);
    }

    public ValueTask RecordAsync(AuditEvent auditEvent, CancellationToken cancellationToken) => _channel.Writer.TryWrite(auditEvent)
        ? ValueTask.CompletedTask
        : WaitAsync((writer, token) => writer.WriteAsync(auditEvent, token), cancellationToken);

    /// <summary>Takes no more events; those waiting can still be read.</summary>
    public void Close() => _channel.Writer.TryComplete();

    private async ValueTask WaitAsync(Func<ChannelWriter<AuditEvent>, CancellationToken, ValueTask> wait, CancellationToken cancellationToken)
    {
        _waits.Add(1);
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await wait(_channel.Writer, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new AuditUnavailableException($"The audit trail has not been writable for a while: {Capacity} events wait, and there is no room for another.");
        }
        catch (ChannelClosedException)
        {
            throw Closed();
        }
    }

    private static AuditUnavailableException Closed() => new("The audit trail is closed: the program is stopping.");
}
