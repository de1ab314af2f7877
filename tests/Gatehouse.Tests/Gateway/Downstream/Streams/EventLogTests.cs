using System.Text;
using Gatehouse.Gateway.Downstream.Streams;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Downstream.Streams;

public sealed class EventLogTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly EventLogs _logs;

    public EventLogTests() => _logs = new EventLogs(_time) { Limit = 1024 * 1024 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task Whoever_comes_back_gets_exactly_what_is_missing()
    {
        var log = _logs.Begin("key", ofSession: false);
        for (var number = 1; number <= 10; number++) Assert.True(log.TryAppend(Event($"{number}")));
        log.Complete();
        Assert.Equal(10, (await ReadAsync(log, 0)).Count);
        Assert.Equal([$"id: {log.Name}.8\ndata: 8\n\n", $"id: {log.Name}.9\ndata: 9\n\n", $"id: {log.Name}.10\ndata: 10\n\n"], await ReadAsync(log, 7));
        Assert.Empty(await ReadAsync(log, 10));
        Assert.Null(log.TakeUp(11));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_next_connection_takes_over_and_the_one_before_gets_nothing_more()
    {
        var log = _logs.Begin("key", ofSession: true);
        var (first, second) = (new List<string>(), new List<string>());
        var before = log.ReadAsync(log.TakeUp(0)!, Into(first), Cancellation);
        var next = log.ReadAsync(log.TakeUp(0)!, Into(second), Cancellation);
        Assert.False(await before);
        Assert.True(log.TryAppend(Event("news")));
        log.Complete();
        Assert.True(await next);
        Assert.Empty(first);
        Assert.Single(second);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_that_reads_slowly_holds_the_writer_up_and_loses_nothing()
    {
        var log = _logs.Begin("key", ofSession: false);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var read = 0;
        var reading = log.ReadAsync(log.TakeUp(0)!, async events => { await gate.Task; read += events.Count; }, Cancellation);
        var large = Event(new string('x', (EventLog.MostKept / 2) - 1000));
        await log.AppendAsync(large, Cancellation);
        await log.AppendAsync(large, Cancellation);
        var third = log.AppendAsync(large, Cancellation).AsTask();
        Assert.False(third.IsCompleted);
        gate.SetResult();
        await third;
        log.Complete();
        Assert.True(await reading);
        Assert.Equal(3, read);
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_is_told_that_he_has_everything_when_something_is_gone()
    {
        var log = _logs.Begin("key", ofSession: false);
        var large = Event(new string('x', EventLog.MostKept / 2));
        for (var number = 0; number < 4; number++) await log.AppendAsync(large, Cancellation);
        Assert.Null(log.TakeUp(0));
        Assert.Null(log.TakeUp(2));
        Assert.NotNull(log.TakeUp(3));
    }

    [Fact]
    public void A_stream_that_nobody_reads_ends_rather_than_lose_something_unseen()
    {
        var log = _logs.Begin("key", ofSession: true);
        var large = Event(new string('x', EventLog.MostKept / 2));
        Assert.True(log.TryAppend(large));
        Assert.False(log.TryAppend(large));
        Assert.False(log.TryAppend(Event("small")));
        Assert.True(log.IsComplete);
    }

    [Fact(Timeout = 30_000)]
    public async Task It_waits_for_its_client_for_a_while_and_no_longer()
    {
        var log = _logs.Begin("key", ofSession: false);
        log.Complete();
        await ReadAsync(log, 0);
        _time.Advance(EventLogs.Grace / 2);
        await ReadAsync(log, 0);
        _time.Advance(EventLogs.Grace - TimeSpan.FromSeconds(1));
        Assert.Same(log, _logs.Find(log.Name));
        Assert.False(log.Over.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(_logs.Find(log.Name));
        Assert.True(log.Over.IsCompleted);
        Assert.Null(log.TakeUp(0));
    }

    [Fact(Timeout = 30_000)]
    public async Task When_all_keep_too_much_those_go_first_that_are_alone_for_longest()
    {
        var all = new List<EventLog>();
        for (var number = 0; number < 20; number++)
        {
            var log = _logs.Begin("key", ofSession: false);
            var reading = log.TakeUp(0)!;
            Assert.True(log.TryAppend(Event(new string('x', 100_000))));
            log.Complete();
            Assert.True(await log.ReadAsync(reading, _ => ValueTask.CompletedTask, Cancellation));
            all.Add(log);
        }

        Assert.False(_logs.IsFull);
        Assert.Null(_logs.Find(all[0].Name));
        Assert.NotNull(_logs.Find(all[^1].Name));
        _time.Advance(EventLogs.Grace * 2);
        Assert.Equal(0, _logs.Count);
    }

    [Fact]
    public void Only_its_own_session_can_name_a_stream()
    {
        var stream = EventId.NewStream("key", ofSession: true);
        Assert.True(EventId.TryParse("key", $"{stream}.7", out var id));
        Assert.Equal(new EventId(stream, 7), id.Value);
        Assert.True(id.Value.IsOfSession);
        Assert.False(EventId.TryParse("other", $"{stream}.7", out _));
        foreach (var wrong in new[] { stream, $"{stream}.", $"{stream}.-1", $"{stream}.x", $"a{stream[1..]}.7", $"{stream[..^1]}{(stream[^1] == 'A' ? 'B' : 'A')}.7", "", "." })
            Assert.False(EventId.TryParse("key", wrong, out _), wrong);
    }

    private static byte[] Event(string data) => Encoding.UTF8.GetBytes($"data: {data}\n\n");

    private static Func<IReadOnlyList<byte[]>, ValueTask> Into(List<string> read) => events =>
    {
        read.AddRange(events.Select(Encoding.UTF8.GetString));
        return ValueTask.CompletedTask;
    };

    private static async Task<List<string>> ReadAsync(EventLog log, long after)
    {
        var read = new List<string>();
        Assert.True(await log.ReadAsync(log.TakeUp(after)!, Into(read), Cancellation));
        return read;
    }
}
