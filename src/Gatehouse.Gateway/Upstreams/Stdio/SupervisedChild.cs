namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Looks after one child: starts it, greets it, starts it again when it ends, lets it rest when nobody uses it.</summary>
/// <param name="terms">What it is.</param>
/// <param name="log">Where the program's own words go.</param>
/// <param name="time">The clock.</param>
internal sealed class SupervisedChild(ChildTerms terms, ChildLog log, TimeProvider time)
{
    private readonly List<ChildCall> _listens = [];
    private volatile ChildState _state = new ChildState.Resting();

    public IConversation Conversation => terms.Conversation;

    /// <summary>The running child's channel, if there is one.</summary>
    public ChildChannel? Channel => (_state as ChildState.Up)?.Channel;

    /// <summary>Whether it neither runs nor is being started.</summary>
    public bool IsResting => _state is ChildState.Resting or ChildState.Down;

    /// <summary>Starts it if it rests, and waits until that has an end.</summary>
    /// <returns>A channel whose use the caller has to end; or why there is none; or neither: this child will never be again.</returns>
    public async ValueTask<(ChildChannel? Channel, ChildOpening.Failed? Failed)> ReachAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = _state;
            switch (state)
            {
                case ChildState.Up up when up.Channel.Use.TryEnter():
                    return (up.Channel, null);
                case ChildState.Down down:
                    return (null, down.Failed);
                case ChildState.Over:
                    return (null, null);
                case ChildState.Resting resting:
                    resting.Want();
                    break;
            }

            await state.Passed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Has it started without anybody asking it anything.</summary>
    public void Want() => (_state as ChildState.Resting)?.Want();

    /// <summary>Ends it, unless somebody uses it.</summary>
    /// <returns>Whether it will end.</returns>
    public bool TryRest() => (_state as ChildState.Up)?.TryRest() == true;

    /// <summary>Gives it up, if it neither runs nor is wanted.</summary>
    public void Dismiss() => (_state as ChildState.Resting)?.Dismiss();

    /// <summary>Runs until <paramref name="stopping"/> is cancelled, until the child has said that it will never do, or until a child that may rest has rested.</summary>
    /// <param name="up">Called each time it is up, before anybody can use it.</param>
    /// <param name="down">Called each time it has failed.</param>
    /// <param name="stopping">Ends it, and the child with it.</param>
    public async Task RunAsync(Action<ChildOpening.Opened> up, Action<ChildFailure> down, CancellationToken stopping)
    {
        try
        {
            await SuperviseAsync(up, down, stopping);
        }
        finally
        {
            if (_state is not ChildState.Down { Failed.WrongEra: true }) Become(new ChildState.Over());
            foreach (var listen in _listens) listen.Fail("its program is not started again");
        }
    }

    private async Task SuperviseAsync(Action<ChildOpening.Opened> up, Action<ChildFailure> down, CancellationToken stopping)
    {
        var backOff = new BackOff();
        while (await IsWantedAsync(stopping))
        {
            Become(new ChildState.Starting());
            if (terms.Places is { } places && !await places.TryEnterAsync(stopping))
            {
                if (stopping.IsCancellationRequested) return;
                Become(new ChildState.Down(places.Full));
                await PauseAsync(ChildPlaces.Pause, stopping);
                continue;
            }

            var end = await LiveInPlaceAsync(up, stopping);
            if (stopping.IsCancellationRequested || end.IsRest) return;
            if (end.Failed.WrongEra && terms.LegacyOnly)
            {
                down(new ChildFailure(end.Failed, end.LastWords));
                Become(new ChildState.Down(end.Failed));
                return;
            }

            var pause = backOff.Next(end.Ran);
            var failure = ChildFailure.Of(end, backOff.Failures, pause);
            down(failure);
            Become(new ChildState.Down(failure.Failed));
            await PauseAsync(pause, stopping);
        }
    }

    /// <summary>Waits until somebody wants it; for one that may rest, only so long.</summary>
    private async Task<bool> IsWantedAsync(CancellationToken stopping)
    {
        var isKept = terms.Idle is null || _listens.Count > 0 || terms.Conversation.AwaitsNews;
        if (isKept && _state is ChildState.Down) return !stopping.IsCancellationRequested;
        if (_state is not ChildState.Resting resting) Become(resting = new ChildState.Resting());
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(resting.Call, Task.Delay(terms.Idle ?? Timeout.InfiniteTimeSpan, time, waiting.Token));
        await waiting.CancelAsync();
        resting.Dismiss();
        return await resting.Call && !stopping.IsCancellationRequested;
    }

    private async Task<ChildEnd> LiveInPlaceAsync(Action<ChildOpening.Opened> up, CancellationToken stopping)
    {
        try
        {
            return await LiveAsync(up, stopping);
        }
        finally
        {
            terms.Places?.Leave();
        }
    }

    private async Task<ChildEnd> LiveAsync(Action<ChildOpening.Opened> up, CancellationToken stopping)
    {
        if (Child.Start(terms.Settings, log, time, out var reason) is not { } child) return new ChildEnd(new ChildOpening.Failed(reason!), TimeSpan.Zero, LastWords: null, IsRest: false);
        ChildOpening.Failed? failed;
        bool isRest;
        string end;
        await using (child)
        {
            using var life = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var channel = new ChildChannel(child, terms.LongestLine, terms.Conversation, log, time);
            var running = channel.RunAsync(life.Token);
            failed = await OpenAsync(channel, up, stopping);
            isRest = failed is null && await RestsAsync(running, stopping);
            if (failed is not null || isRest) await life.CancelAsync();
            end = await running;
            _listens.AddRange(channel.OpenListens);

            // Whoever comes while it is being cleared away need not wait for that, unless the failure has to be learned from first.
            if (!isRest && failed is not { WrongEra: true } && !stopping.IsCancellationRequested) Become(new ChildState.Down(failed ?? new ChildOpening.Failed(end)));
        }

        return new ChildEnd(failed ?? new ChildOpening.Failed(end), child.Ran, child.LastWords, isRest);
    }

    private async Task<ChildOpening.Failed?> OpenAsync(ChildChannel channel, Action<ChildOpening.Opened> up, CancellationToken stopping)
    {
        try
        {
            var opening = await ChildOpening.TryAsync(channel, terms.Conversation, terms.LegacyOnly, TimeSpan.FromSeconds(terms.Settings.Timeout), time, stopping);
            if (opening is not ChildOpening.Opened opened) return (ChildOpening.Failed)opening;
            terms.Conversation.Begin(channel, opened);
            Resume(channel, opened);
            up(opened);
            Become(new ChildState.Up(channel));
            return null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new ChildOpening.Failed("the gateway is stopping");
        }
    }

    /// <summary>Asks the new program for what the one before was asked to tell of (2026-07-28, "Subscriptions").</summary>
    private void Resume(ChildChannel channel, ChildOpening.Opened opened)
    {
        foreach (var listen in _listens.Where(listen => !listen.IsOver))
        {
            if (opened.Era == Protocol.Era.Modern) channel.Resume(listen);
            else listen.Fail("its program came back without subscriptions");
        }

        _listens.Clear();
    }

    /// <summary>Waits until the child has ended, or is to be ended because nobody uses it.</summary>
    private async Task<bool> RestsAsync(Task running, CancellationToken stopping)
    {
        var up = (ChildState.Up)_state;
        while (true)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var left = terms.Idle is { } limit ? limit - up.Channel.Use.Idle : Timeout.InfiniteTimeSpan;
            if (terms.Idle is not null && left <= TimeSpan.Zero) left = terms.Conversation.AwaitsNews || !up.TryRest() ? terms.Idle.Value : TimeSpan.Zero;
            await Task.WhenAny(running, up.Rest, Task.Delay(left, time, waiting.Token));
            await waiting.CancelAsync();
            if (up.Rest.IsCompleted) return true;
            if (running.IsCompleted || stopping.IsCancellationRequested) return false;
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stopping) =>
        await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Become(ChildState state)
    {
        var before = _state;
        _state = state;
        before.Pass();
    }
}
