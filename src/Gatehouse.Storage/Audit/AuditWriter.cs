using System.Data.Common;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Gatehouse.Core.Audit;

namespace Gatehouse.Storage.Audit;

/// <summary>
/// The one who writes. An event that comes alone is written at once; of those that follow each other closely, each batch
/// takes what has gathered in a few hundredths of a second, because a transaction costs more than a row. A batch that cannot be written is tried again until it can; meanwhile the buffer fills, and callers wait.
/// Not a BackgroundService: one that is stopped right after its start never runs, and this one must still empty the buffer.
/// </summary>
internal sealed partial class AuditWriter : IHostedService, IDisposable
{
    private const int MaxBatch = 4096;

    /// <summary>The least time from one batch to the next, unless a whole one waits.</summary>
    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop waits for the rest to be written.</summary>
    private static readonly TimeSpan _flush = TimeSpan.FromSeconds(10);

    private readonly AuditLog _log;
    private readonly IAuditSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditWriter> _logger;
    private readonly Counter<long> _written;
    private readonly CancellationTokenSource _deadline = new();
    private Task _writing = Task.CompletedTask;

    public AuditWriter(AuditLog log, IAuditSink sink, TimeProvider time, IMeterFactory meters, ILogger<AuditWriter> logger)
    {
        (_log, _sink, _time, _logger) = (log, sink, time, logger);
        _written = meters.Create(AuditMeter.Name).CreateCounter<long>("gatehouse.audit.written", description: "Events that are in the database");
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = WriteAllAsync();
        return Task.CompletedTask;
    }

    /// <summary>Takes no more, and returns when the rest is written or the time for it is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _log.Close();
        _deadline.CancelAfter(_flush);
        await _writing;
    }

    public void Dispose() => _deadline.Dispose();

    private async Task WriteAllAsync()
    {
        var batch = new List<AuditEvent>(MaxBatch);
        long? written = null;
        try
        {
            while (await _log.Pending.WaitToReadAsync(_deadline.Token))
            {
                await GatherAsync(written);
                while (batch.Count < MaxBatch && _log.Pending.TryRead(out var auditEvent)) batch.Add(auditEvent);
                await WriteAsync(batch, _deadline.Token);
                written = _time.GetTimestamp();
                batch.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            Lost(batch.Count + _log.Pending.Count);
        }
    }

    private Task GatherAsync(long? written) =>
        written is { } last && _gathering - _time.GetElapsedTime(last) is { Ticks: > 0 } rest && _log.Pending.Count < MaxBatch
            ? Task.Delay(rest, _time, _deadline.Token)
            : Task.CompletedTask;

    private async Task WriteAsync(List<AuditEvent> batch, CancellationToken cancellationToken)
    {
        var pause = _firstPause;
        while (true)
        {
            try
            {
                await _sink.WriteAsync(batch, cancellationToken);
                _written.Add(batch.Count);
                return;
            }
            catch (Exception failure) when (failure is DbException or SocketException or TimeoutException or IOException or InvalidOperationException)
            {
                CannotWrite(batch.Count, _log.Pending.Count, failure.Message);
                await Task.Delay(pause, _time, cancellationToken);
                pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Cannot write {Batch} audit events, {Waiting} more wait; trying again: {Reason}")]
    private partial void CannotWrite(int batch, int waiting, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Stopped before {Count} audit events could be written: they are lost")]
    private partial void Lost(int count);
}
