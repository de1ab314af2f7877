namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>
/// How long one call may take: the server's <c>timeout</c> from the last sign of life on, and its <c>maxDuration</c> whatever
/// it reports meanwhile (MCP, "Timeouts"). Ends early when the client cancels, and in the modern era when it goes away (MCP, "Cancellation").
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _idle;
    private readonly TimeSpan _whole;
    private readonly TimeProvider _time;
    private readonly long _started;
    private bool _isEndless;
    private bool _isWholeNext;

    /// <param name="idle">How long it may show no sign of life.</param>
    /// <param name="whole">How long it may take altogether; not shorter than <paramref name="idle"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="abandoned">Cancelled when nobody waits for the answer any more.</param>
    public Patience(TimeSpan idle, TimeSpan whole, TimeProvider time, CancellationToken abandoned)
    {
        (_idle, _whole, _time) = (idle, whole, time);
        _started = time.GetTimestamp();
        _isWholeNext = whole <= idle;
        _deadline = new CancellationTokenSource(idle, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, abandoned);
    }

    public CancellationToken Token => _either.Token;

    public bool IsOver => _deadline.IsCancellationRequested;

    /// <summary>Whether it is over although there were signs of life.</summary>
    public bool IsWholeOver => IsOver && _isWholeNext;

    /// <summary>A sign of life: starts the idle time anew.</summary>
    public void Renew()
    {
        if (_isEndless) return;
        var left = _whole - _time.GetElapsedTime(_started);

        // Noted here rather than measured at the end: timers may be early by less than a clock tick.
        _isWholeNext = left <= _idle;
        _deadline.CancelAfter(left > _idle ? _idle : left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    /// <summary>No end any more: what was waited for has begun, and stays quiet for as long as it likes.</summary>
    public void WaitForEver()
    {
        _isEndless = true;
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _either.Dispose();
        _deadline.Dispose();
    }
}
