namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// The body of an upstream's answer as it comes. The caller giving up, or disposing it before its end, closes the
/// connection, and tells the upstream where a closed connection says nothing.
/// </summary>
internal sealed class HttpAnswer : ReadOnlyStream
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly Action? _abandoned;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenRegistration _giveUp;
    private int _over;

    /// <param name="response">What to free at the end.</param>
    /// <param name="body">Its body.</param>
    /// <param name="abandoned">Called once if the end is not waited for.</param>
    /// <param name="callers">Cancelled when the caller gives up.</param>
    public HttpAnswer(HttpResponseMessage response, Stream body, Action? abandoned, CancellationToken callers)
    {
        (_response, _body, _abandoned, _callers) = (response, body, abandoned, callers);
        _giveUp = callers.UnsafeRegister(static answer => ((HttpAnswer)answer!).Abandon(), this);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var length = await _body.ReadAsync(buffer, cancellationToken);
            if (length > 0 || buffer.IsEmpty) return length;
            if (Interlocked.Exchange(ref _over, 1) == 0) return 0;

            // A connection that we closed ourselves may look like an end; half an answer must not.
            _callers.ThrowIfCancellationRequested();
            return 0;
        }
        catch (Exception) when (_callers.IsCancellationRequested)
        {
            throw new OperationCanceledException(_callers);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _giveUp.Unregister();
            Abandon();
            _body.Dispose();
            _response.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Abandon()
    {
        if (Interlocked.Exchange(ref _over, 1) != 0) return;
        _abandoned?.Invoke();
        _response.Dispose();
    }
}
