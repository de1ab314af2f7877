namespace Gatehouse.Gateway.Upstreams;

/// <summary>Where one upstream's status hangs: replaced whole, told to whoever watches.</summary>
internal sealed class StatusBoard(string server, string transport, Action<UpstreamReport> changed)
{
    private readonly Lock _replacing = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile UpstreamStatus _current = new() { State = UpstreamState.Starting };
    private volatile string? _identity;
    private volatile string? _detail;
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UpstreamStatus Current => _current;

    public UpstreamReport Report
    {
        get
        {
            var current = _current;
            return current.State switch
            {
                UpstreamState.Up => new UpstreamReport(server, transport, "up", _identity),
                UpstreamState.Down => new UpstreamReport(server, transport, "down", _detail ?? current.Reason),
                _ => new UpstreamReport(server, transport, "starting", null),
            };
        }
    }

    public Task SettledAsync(CancellationToken cancellationToken) => _settled.Task.WaitAsync(cancellationToken);

    /// <summary>Waits until it stands so.</summary>
    public async Task<UpstreamStatus> UntilAsync(Func<UpstreamStatus, bool> holds, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Before the look, so that no change falls between the two.
            var next = _next.Task;
            if (_current is var current && holds(current)) return current;
            await next.WaitAsync(cancellationToken);
        }
    }

    /// <param name="known">What is known of it now, state apart.</param>
    /// <param name="identity">The server's own name and version.</param>
    public void Up(UpstreamStatus known, string? identity)
    {
        _identity = identity;

        // Whoever listens goes on listening: being asked again is no news to that stream.
        Replace(current => known with { State = UpstreamState.Up, Reason = null, Announced = current.Announced });
    }

    /// <summary>What it said when it was up stays known: stale lists are better than none.</summary>
    /// <param name="reason">Why, for whoever may use the server.</param>
    /// <param name="detail">The same for the operator, where there is more to say.</param>
    public void Down(string reason, string? detail = null)
    {
        _detail = detail;
        Replace(current => current with { State = UpstreamState.Down, Reason = reason });
    }

    /// <summary>Something more was learned; the state stays.</summary>
    public void Learn(Func<UpstreamStatus, UpstreamStatus> change) => Replace(change);

    private void Replace(Func<UpstreamStatus, UpstreamStatus> change)
    {
        lock (_replacing)
        {
            var before = _current;
            _current = change(before);
            if (before.State != _current.State || before.Reason != _current.Reason) changed(Report);
            if (_current.State != UpstreamState.Starting) _settled.TrySetResult();
            var next = _next;
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next.TrySetResult();
        }
    }
}
