namespace Gatehouse.App.Hosting;

/// <summary>
/// Lets requests end by themselves for a moment when the program stops, and then ends them: an event stream would
/// otherwise keep it up for as long as its client likes.
/// </summary>
internal sealed class Drain : IDisposable
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(3);

    /// <summary>For everything together: requests, programs that we started, and the rest of the audit trail.</summary>
    public static TimeSpan ShutdownTimeout { get; } = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _stopping;
    private ITimer? _timer;

    public Drain(IHostApplicationLifetime lifetime, TimeProvider time)
    {
        _over = new CancellationTokenSource();
        _stopping = lifetime.ApplicationStopping.Register(() => _timer = time.CreateTimer(_ => _over.Cancel(), null, Patience, Timeout.InfiniteTimeSpan));
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        await using var registration = _over.Token.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
        await next(context);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _timer?.Dispose();
        _over.Dispose();
    }
}
