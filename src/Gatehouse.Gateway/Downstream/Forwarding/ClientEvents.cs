using Gatehouse.Gateway.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>
/// A stream of events on its way to a client. It knows where it is between two events, and there, when it has been quiet for
/// long, puts a comment: proxies and clients take a stream without any bytes for dead (WHATWG HTML, section 9.2.7).
/// </summary>
internal sealed class ClientEvents : IAsyncDisposable
{
    private static readonly byte[] _comment = ": keep-alive\n\n"u8.ToArray();

    private readonly HttpContext _http;
    private readonly TimeSpan _quiet;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;

    // Whoever writes holds it: the owner, or the timer. Nobody else ever waits for it.
    private readonly SemaphoreSlim _writing = new(1, 1);
    private EventStreamWatch _watch;
    private long _lastWrite;
    private Task _keptAlive = Task.CompletedTask;

    private ClientEvents(HttpContext http, TimeSpan quiet, TimeProvider time)
    {
        (_http, _quiet, _time) = (http, quiet, time);
        _lastWrite = time.GetTimestamp();
        if (quiet > TimeSpan.Zero) _timer = time.CreateTimer(static events => ((ClientEvents)events!).KeepAlive(), this, quiet, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What has gone past so far.</summary>
    public EventStreamWatch Watch => _watch;

    /// <summary>Begins the response, which nothing on the way is to hold back.</summary>
    /// <param name="http">The request that is answered; its status is set.</param>
    /// <param name="quiet">How long it may be quiet; zero: for ever.</param>
    /// <param name="time">The clock.</param>
    public static async Task<ClientEvents> BeginAsync(HttpContext http, TimeSpan quiet, TimeProvider time)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(CancellationToken.None);
        return new ClientEvents(http, quiet, time);
    }

    /// <summary>Writes what comes next, however the events are cut. A client that went away is written to no more.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            _watch.Feed(bytes.Span);
            await SendAsync(bytes);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends the stream with a message of our own, wherever it stands.</summary>
    public async ValueTask CutAsync(ReadOnlyMemory<byte> message)
    {
        // Half an event cannot be taken back; of a type that nobody knows, it is skipped.
        if (!_watch.IsBetweenEvents) await WriteAsync(_watch.IsAtLineStart ? "event: cut-off\n\n"u8.ToArray() : "\nevent: cut-off\n\n"u8.ToArray());
        await WriteAsync(MessageWriter.AsEvent(message.Span));
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is null) return;
        await _timer.DisposeAsync();
        await _keptAlive;
    }

    /// <summary>The timer's: looks whether it has been quiet for long enough.</summary>
    private void KeepAlive()
    {
        // Somebody is writing, or waits for the client to read: that is life enough.
        var left = _quiet;
        if (_writing.Wait(0))
        {
            left -= _time.GetElapsedTime(_lastWrite);
            if (left <= TimeSpan.Zero && _watch.IsBetweenEvents)
            {
                _keptAlive = CommentAsync();
                return;
            }

            _writing.Release();
        }

        Again(left);
    }

    private async Task CommentAsync()
    {
        try
        {
            await SendAsync(_comment);
        }
        finally
        {
            _writing.Release();
        }

        Again(_quiet);
    }

    private void Again(TimeSpan left) => _timer!.Change(left > TimeSpan.Zero ? left : _quiet, Timeout.InfiniteTimeSpan);

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _lastWrite = _time.GetTimestamp();
        if (_http.RequestAborted.IsCancellationRequested) return;
        await _http.Response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
    }
}
