using System.Net.Sockets;
using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Bench.Driving;

/// <summary>A closed loop: each connection sends its next call as soon as the last one is answered.</summary>
internal sealed class LoadDriver(TimeProvider time)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Drives one contender, and says what that took.</summary>
    public async Task<Round> DriveAsync(Contender contender, int connections, TimeSpan duration, CancellationToken cancellationToken)
    {
        var opened = new List<CallConnection>();
        try
        {
            for (var i = 0; i < connections; i++)
            {
                opened.Add(new CallConnection());
                await opened[i].ConnectAsync(contender.Endpoint, cancellationToken);
            }

            var cpu = ProcessTree.Cpu(contender.ProcessId);
            var database = DatabaseCpu(contender);
            var began = time.GetTimestamp();
            var latencies = await Task.WhenAll(opened.Select(connection => LoopAsync(connection, contender.Call, began, duration, cancellationToken)));
            var elapsed = time.GetElapsedTime(began);
            return new Round(elapsed, Latencies.Of(latencies), ProcessTree.Cpu(contender.ProcessId) - cpu, DatabaseCpu(contender) - database);
        }
        finally
        {
            foreach (var connection in opened) connection.Dispose();
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
                using var connection = new CallConnection();
                await connection.ConnectAsync(contender.Endpoint, cancellationToken);
                await connection.SendAsync(contender.Call, cancellationToken);
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

    private async Task<List<TimeSpan>> LoopAsync(CallConnection connection, Call call, long began, TimeSpan duration, CancellationToken cancellationToken)
    {
        var latencies = new List<TimeSpan>(1 << 14);
        long sent;
        while (time.GetElapsedTime(began, sent = time.GetTimestamp()) < duration)
        {
            await connection.SendAsync(call, cancellationToken);
            latencies.Add(time.GetElapsedTime(sent));
        }

        return latencies;
    }

    private static TimeSpan DatabaseCpu(Contender contender) => contender.DatabaseId is { } id ? ProcessTree.Cpu(id) : TimeSpan.Zero;
}
