using Gatehouse.Gateway.Upstreams;
using Gatehouse.Gateway.Upstreams.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Upstreams;

public sealed class ManagedSessionsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string?> _closed = [];
    private int _opened;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ManagedSessions.Owner Owner => new(UpstreamHost.Ada, new SessionBinding.Managed("key", "2025-11-25"));

    [Fact]
    public async Task One_key_is_opened_once_however_many_come_and_no_two_keys_share()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sessions = Sessions(gate.Task);
        var coming = Enumerable.Range(0, 20).Select(number => sessions.GetAsync($"key-{number % 2}", Owner, Cancellation)).ToList();
        using var impatient = new CancellationTokenSource();
        var gone = sessions.GetAsync("key-0", Owner, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        gate.SetResult();
        var all = await Task.WhenAll(coming);
        Assert.Equal(2, _opened);
        Assert.Equal(2, all.Select(got => got.Opening.Session!.Id).Distinct().Count());
    }

    [Fact]
    public async Task What_is_unused_for_long_is_closed_at_the_upstream()
    {
        var sessions = Sessions(Task.CompletedTask);
        await sessions.GetAsync("old", Owner, Cancellation);
        _time.Advance(ManagedSessions.IdleLimit);
        await sessions.GetAsync("young", Owner, Cancellation);
        _time.Advance(TimeSpan.FromSeconds(1));
        sessions.Sweep();
        Assert.Equal(["1"], _closed);
        Assert.Equal(1, sessions.Count);
    }

    [Fact]
    public async Task A_full_house_loses_the_one_unused_for_longest()
    {
        var sessions = Sessions(Task.CompletedTask, limit: 3);
        foreach (var key in new[] { "a", "b", "c", "a", "d" })
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await sessions.GetAsync(key, Owner, Cancellation);
        }

        Assert.Equal(["2"], _closed);
        Assert.Equal(3, sessions.Count);
    }

    [Fact]
    public async Task A_failed_opening_is_not_kept()
    {
        var sessions = new ManagedSessions(
            _ => Task.FromResult(new ManagedSessions.Opening(null, new UpstreamResult.Failed(UpstreamFailure.Unreachable, $"try {++_opened}"))), (_, _) => { }, _time);
        await sessions.GetAsync("a", Owner, Cancellation);
        Assert.Equal("try 2", (await sessions.GetAsync("a", Owner, Cancellation)).Opening.Failure!.Reason);
    }

    private ManagedSessions Sessions(Task gate, int limit = 10_000) => new(
        async _ =>
        {
            var id = Interlocked.Increment(ref _opened).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await gate;
            return new ManagedSessions.Opening(new ManagedSession(id, "2025-11-25"), null);
        },
        (_, session) => _closed.Add(session.Id),
        _time)
    {
        Limit = limit,
    };
}
