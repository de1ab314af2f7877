using System.Net.Sockets;
using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench.Driving;

/// <summary>Makes calls on many connections, and says what they took.</summary>
internal sealed class LoadDriver(TimeProvider time)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Drives one contender, and says what that took.</summary>
    public async Task<Round> DriveAsync(Contender contender, Scenario scenario, TimeSpan duration, CancellationToken cancellationToken)
    {
        var visitors = new List<Visitor>();
        try
        {
            for (var i = 0; i < scenario.Connections; i++)
            {
                visitors.Add(new Visitor(contender.Target, scenario.Work));
                await visitors[i].ArriveAsync(cancellationToken);
            }

            var cpu = ProcessTree.Cpu(contender.ProcessId);
            var database = DatabaseCpu(contender);
            var began = time.GetTimestamp();
            var latencies = await Task.WhenAll(visitors.Select((visitor, i) => scenario.PerSecond is { } rate
                ? PaceAsync(visitor, began, duration, TimeSpan.FromSeconds((double)scenario.Connections / rate), TimeSpan.FromSeconds((double)i / rate), cancellationToken)
                : LoopAsync(visitor, began, duration, cancellationToken)));
            var elapsed = time.GetElapsedTime(began);
            return new Round(elapsed, Latencies.Of(latencies), ProcessTree.Cpu(contender.ProcessId) - cpu, DatabaseCpu(contender) - database);
        }
        finally
        {
            foreach (var visitor in visitors) visitor.Dispose();
        }
    }

    /// <summary>Asks until the contender gives the tool's answer for the first time.</summary>
    public async Task AwaitFirstAnswerAsync(Contender contender, ChildProcess process, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(_pause, time);
        while (true)
        {
            try
            {
                using var visitor = new Visitor(contender.Target, Work.Call);
                await visitor.ArriveAsync(cancellationToken);
                await visitor.WorkAsync(cancellationToken);
                return;
            }
            catch (Exception notYet) when (notYet is SocketException or UnexpectedAnswerException)
            {
                process.AssertRunning();
                if (time.GetElapsedTime(began) > _patience) throw new BenchException($"{contender.Name} gave no good answer within {_patience.TotalSeconds} s. {notYet.Message}\n{process.LastLines()}");
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    /// <summary>A closed loop: the next call as soon as the last one is answered.</summary>
    private async Task<List<TimeSpan>> LoopAsync(Visitor visitor, long began, TimeSpan duration, CancellationToken cancellationToken)
    {
        var latencies = new List<TimeSpan>(1 << 14);
        long sent;
        while (time.GetElapsedTime(began, sent = time.GetTimestamp()) < duration)
        {
            await visitor.WorkAsync(cancellationToken);
            latencies.Add(time.GetElapsedTime(sent));
        }

        return latencies;
    }

    /// <summary>
    /// A call at each of its times. One that had to wait for the answer before it is measured from when it was due; one that
    /// was woken late is not charged for the clock.
    /// </summary>
    private async Task<List<TimeSpan>> PaceAsync(Visitor visitor, long began, TimeSpan duration, TimeSpan interval, TimeSpan offset, CancellationToken cancellationToken)
    {
        var latencies = new List<TimeSpan>(1 << 10);
        for (var due = offset; due < duration; due += interval)
        {
            var wait = due - time.GetElapsedTime(began);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
            var from = wait > TimeSpan.Zero ? time.GetElapsedTime(began) : due;
            await visitor.WorkAsync(cancellationToken);
            latencies.Add(time.GetElapsedTime(began) - from);
        }

        return latencies;
    }

    private static TimeSpan DatabaseCpu(Contender contender) => contender.DatabaseId is { } id ? ProcessTree.Cpu(id) : TimeSpan.Zero;
}
