using System.Globalization;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Keeps one child running and spoken to: starts it, greets it, starts it again when it ends.</summary>
/// <param name="settings">The program.</param>
/// <param name="legacyOnly">Whether it must speak the legacy era; else it is asked which one it speaks.</param>
/// <param name="log">Where the program's own words go.</param>
/// <param name="time">The clock.</param>
internal sealed class SupervisedChild(ServerSettings settings, bool legacyOnly, ChildLog log, TimeProvider time)
{
    private volatile ChildChannel? _channel;

    /// <summary>Null unless the child is up.</summary>
    public ChildChannel? Channel => _channel;

    /// <summary>Runs until <paramref name="stopping"/> is cancelled, or until the child has said that it will never do.</summary>
    /// <param name="up">Called each time it is up, before <see cref="Channel"/> is used by anybody who waits for that.</param>
    /// <param name="down">Called each time it has failed.</param>
    /// <param name="stopping">Ends it, and the child with it.</param>
    public async Task RunAsync(Action<ChildOpening.Opened> up, Action<ChildOpening.Failed> down, CancellationToken stopping)
    {
        var backOff = new BackOff();
        while (!stopping.IsCancellationRequested)
        {
            var (failed, ran) = await LiveAsync(up, stopping);
            if (stopping.IsCancellationRequested) return;
            if (failed.WrongEra && legacyOnly)
            {
                down(failed);
                return;
            }

            var pause = backOff.Next(ran);
            down(new ChildOpening.Failed(Explain(failed.Reason, backOff.Failures, pause)));
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string Explain(string reason, int failures, TimeSpan pause) => failures == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{reason}; next try in {pause.TotalSeconds:0.#} s")
        : string.Create(CultureInfo.InvariantCulture, $"{reason}, {failures} times in a row; next try in {pause.TotalSeconds:0.#} s");

    private async Task<(ChildOpening.Failed Failed, TimeSpan Ran)> LiveAsync(Action<ChildOpening.Opened> up, CancellationToken stopping)
    {
        if (Child.Start(settings, log, time, out var reason) is not { } child) return (new ChildOpening.Failed(reason!), TimeSpan.Zero);
        await using (child)
        {
            using var life = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var channel = new ChildChannel(child, log, time);
            var running = channel.RunAsync(life.Token);
            var failed = await OpenAsync(channel, up, stopping);
            if (failed is not null) await life.CancelAsync();
            var end = await running;
            _channel = null;
            return (failed ?? new ChildOpening.Failed(end), child.Ran);
        }
    }

    private async Task<ChildOpening.Failed?> OpenAsync(ChildChannel channel, Action<ChildOpening.Opened> up, CancellationToken stopping)
    {
        try
        {
            var opening = await ChildOpening.TryAsync(channel, legacyOnly, TimeSpan.FromSeconds(settings.Timeout), time, stopping);
            if (opening is not ChildOpening.Opened opened) return (ChildOpening.Failed)opening;
            _channel = channel;
            up(opened);
            return null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new ChildOpening.Failed("the gateway is stopping");
        }
    }
}
