namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>
/// How long one call may take: the server's <c>timeout</c> from the last sign of life on. Ends early when the client
/// cancels, and in the modern era when it goes away (MCP, "Cancellation").
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _timeout;
    private bool _isEndless;

    /// <param name="abandoned">Cancelled when nobody waits for the answer any more.</param>
    public Patience(TimeSpan timeout, TimeProvider time, CancellationToken abandoned)
    {
        _timeout = timeout;
        _deadline = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, abandoned);
    }

    /// <summary>Without an end: for streams that stay open.</summary>
    public Patience(CancellationToken abandoned)
        : this(Timeout.InfiniteTimeSpan, TimeProvider.System, abandoned)
    {
    }

    public CancellationToken Token => _either.Token;

    public bool IsOver => _deadline.IsCancellationRequested;

    /// <summary>Starts the time anew.</summary>
    public void Renew()
    {
        if (!_isEndless && _timeout != Timeout.InfiniteTimeSpan) _deadline.CancelAfter(_timeout);
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
