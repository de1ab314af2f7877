using System.Globalization;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>A program that serves its URL by itself: only kept running, never spoken to over stdio.</summary>
internal sealed class ProgramBeside(ServerSettings settings, ChildLog log, TimeProvider time)
{
    private volatile string? _trouble;

    /// <summary>Why it does not run; null while it does.</summary>
    public string? Trouble => _trouble;

    /// <param name="changed">Called when it has ended, and when it runs again.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(Action changed, CancellationToken stopping)
    {
        var backOff = new BackOff();
        while (!stopping.IsCancellationRequested)
        {
            var (end, ran) = await LiveAsync(changed, stopping);
            if (stopping.IsCancellationRequested) return;
            var pause = backOff.Next(ran);
            _trouble = backOff.Failures == 1 ? end : string.Create(CultureInfo.InvariantCulture, $"{end}, {backOff.Failures} times in a row");
            changed();
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<(string End, TimeSpan Ran)> LiveAsync(Action changed, CancellationToken stopping)
    {
        if (Child.Start(settings, log, time, out var reason) is not { } child) return (reason!, TimeSpan.Zero);
        await using (child)
        {
            if (_trouble is not null)
            {
                _trouble = null;
                changed();
            }

            using var reading = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var output = log.CopyAsync(child.Output, said: null, reading.Token);
            await Task.WhenAny(child.Exited, Task.Delay(Timeout.InfiniteTimeSpan, time, reading.Token));
            await reading.CancelAsync();
            await output;
            if (!child.Exited.IsCompleted) return ("the gateway is stopping", child.Ran);
            var code = await child.Exited;
            return (string.Create(CultureInfo.InvariantCulture, $"its program exited with code {code}"), child.Ran);
        }
    }
}
