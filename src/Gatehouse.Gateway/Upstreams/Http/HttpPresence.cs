using System.Globalization;
using System.Threading.Channels;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams.Stdio;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// Whether the server is there and which eras it speaks: asked at the start, and again whenever a call found it gone. While
/// it is well nobody asks it anything.
/// </summary>
/// <param name="probe">Asks it.</param>
/// <param name="board">Where it is told.</param>
/// <param name="program">What is started beside the gateway to be that server.</param>
/// <param name="returning">Called before it is told that the server is back, which may be another one than before.</param>
/// <param name="patience">How long a program may take until it listens.</param>
/// <param name="time">The clock.</param>
internal sealed class HttpPresence(EraProbe probe, StatusBoard board, ProgramBeside? program, Action returning, TimeSpan patience, TimeProvider time)
{
    /// <summary>A call may hurry the next try of a server that is down, but not more often than this.</summary>
    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1);

    /// <summary>How often to look whether a program that is being started listens.</summary>
    private static readonly TimeSpan _startingPause = TimeSpan.FromMilliseconds(150);

    private readonly Channel<bool> _alarms = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _learning = new();
    private Task<UpstreamResult.Failed?>? _lesson;
    private volatile UpstreamResult.Failed? _failed;

    /// <summary>Somebody found it gone, or wants it back: look soon.</summary>
    public void Alarm() => _alarms.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken stopping)
    {
        var backOff = new BackOff();
        var started = time.GetTimestamp();
        try
        {
            while (true)
            {
                var finding = await probe.RunAsync(stopping);
                if (finding.Known is { } known)
                {
                    backOff.Reset();
                    if (board.Current.State == UpstreamState.Down) returning();
                    board.Up(known, finding.Identity);
                    await _alarms.Reader.ReadAsync(stopping);
                    started = time.GetTimestamp();
                    continue;
                }

                // A program needs its time until it listens; that is starting, not down.
                if (program is { Trouble: null } && board.Current.State == UpstreamState.Starting && time.GetElapsedTime(started) < patience)
                {
                    await Task.Delay(_startingPause, time, stopping);
                    continue;
                }

                var failed = finding.Failed!;
                if (program?.Trouble is { } trouble) failed = new UpstreamResult.Failed(UpstreamFailure.Unreachable, trouble);
                var pause = backOff.Next(TimeSpan.Zero);
                _failed = failed with { Reason = Explain(failed.Reason, backOff.Failures) };
                board.Down(_failed.Reason);
                await PauseAsync(pause, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Why a message of this era cannot go out; null if it can.</summary>
    public async Task<UpstreamResult.Failed?> RefuseAsync(Era era, CancellationToken cancellationToken)
    {
        if (board.Current is { State: not UpstreamState.Up } away)
        {
            Alarm();
            return _failed ?? new UpstreamResult.Failed(UpstreamFailure.Unreachable, away.Reason ?? "it is down");
        }

        if (era == Era.Modern)
            return board.Current.SpeaksModern == true ? null : new UpstreamResult.Failed(UpstreamFailure.EraNotSupported, "it speaks only revisions up to 2025-11-25");
        if (board.Current.SpeaksLegacy is null && await LearnLegacyAsync(cancellationToken) is { } failed) return failed;
        return board.Current.SpeaksLegacy == true ? null : new UpstreamResult.Failed(UpstreamFailure.EraNotSupported, "it speaks only revisions from 2026-07-28 on");
    }

    private static string Explain(string reason, int failures) =>
        failures == 1 ? reason : string.Create(CultureInfo.InvariantCulture, $"{reason}; tried {failures} times");

    /// <summary>A modern server is not bothered with <c>initialize</c> before a legacy client comes; then it is asked once, for all who wait.</summary>
    private async Task<UpstreamResult.Failed?> LearnLegacyAsync(CancellationToken cancellationToken)
    {
        Task<UpstreamResult.Failed?> lesson;
        lock (_learning)
        {
            if (_lesson is null or { IsCompleted: true }) _lesson = LearnLegacyAsync();
            lesson = _lesson;
        }

        return await lesson.WaitAsync(cancellationToken);
    }

    private async Task<UpstreamResult.Failed?> LearnLegacyAsync()
    {
        if (board.Current.SpeaksLegacy is not null) return null;
        var finding = await probe.LegacyAsync(CancellationToken.None);
        if (finding.Failed is { Failure: not UpstreamFailure.EraNotSupported } failed) return failed;
        board.Learn(status => status with { SpeaksLegacy = finding.Known is not null, InitializeResult = finding.Known?.InitializeResult ?? default });
        return null;
    }

    /// <summary>Waits, but not much longer than until the alarm.</summary>
    private async Task PauseAsync(TimeSpan pause, CancellationToken stopping)
    {
        var atLeast = pause < _shortestPause ? pause : _shortestPause;
        await Task.Delay(atLeast, time, stopping);
        using var waking = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.Delay(pause - atLeast, time, waking.Token), _alarms.Reader.WaitToReadAsync(waking.Token).AsTask());
        await waking.CancelAsync();
        _alarms.Reader.TryRead(out _);
        stopping.ThrowIfCancellationRequested();
    }
}
