namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>
/// How long one call may take: the server's <c>timeout</c> from the last sign of life on, and its <c>maxDuration</c> whatever
/// it reports meanwhile (MCP, "Timeouts"). Ends early when the client cancels, and in the modern era when it goes away (MCP, "Cancellation").
/// </summary>
internal sealed class Patience : IDisposable
{
    /// <summary>One source for every reason: each call has one.</summary>
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _abandoning;
    private readonly TimeSpan _idle;
    private readonly TimeSpan _whole;
    private readonly TimeProvider _time;
    private readonly long _started;
    private volatile bool _isAbandoned;
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
        _end = new CancellationTokenSource(idle, time);
        _abandoning = abandoned.UnsafeRegister(static patience => ((Patience)patience!).Abandon(), this);
    }

    public CancellationToken Token => _end.Token;

    public bool IsOver => _end.IsCancellationRequested && !_isAbandoned;

    /// <summary>Whether it is over although there were signs of life.</summary>
    public bool IsWholeOver => IsOver && _isWholeNext;

    /// <summary>Whether nobody waited any more.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Nobody waits any more.</summary>
    public void Abandon()
    {
        if (_end.IsCancellationRequested) return;
        _isAbandoned = true;
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was answered at this moment.
            return;
        }
    }

    /// <summary>A sign of life: starts the idle time anew.</summary>
    public void Renew()
    {
        if (_isEndless) return;
        var left = _whole - _time.GetElapsedTime(_started);

        // Noted here rather than measured at the end: timers may be early by less than a clock tick.
        _isWholeNext = left <= _idle;
        _end.CancelAfter(left > _idle ? _idle : left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    /// <summary>No end any more: what was waited for has begun, and stays quiet for as long as it likes.</summary>
    public void WaitForEver()
    {
        _isEndless = true;
        _end.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _abandoning.Dispose();
        _end.Dispose();
    }
}
