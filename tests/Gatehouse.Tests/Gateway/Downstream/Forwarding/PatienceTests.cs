using Gatehouse.Gateway.Downstream.Forwarding;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Downstream.Forwarding;

public sealed class PatienceTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Silence_ends_it_after_the_idle_time()
    {
        using var patience = Patience(TestContext.Current.CancellationToken);
        _time.Advance(9 * _second);
        Assert.False(patience.Token.IsCancellationRequested);
        _time.Advance(_second);
        Assert.Equal((true, true, false), (patience.Token.IsCancellationRequested, patience.IsOver, patience.IsWholeOver));
    }

    [Fact]
    public void Signs_of_life_carry_it_to_the_whole_time_and_no_further()
    {
        using var patience = Patience(TestContext.Current.CancellationToken);
        for (var second = 1; second < 25; second++)
        {
            _time.Advance(_second);
            patience.Renew();
            Assert.False(patience.Token.IsCancellationRequested);
        }

        _time.Advance(_second);
        Assert.Equal((true, true, true), (patience.Token.IsCancellationRequested, patience.IsOver, patience.IsWholeOver));
    }

    [Fact]
    public void What_may_wait_for_ever_ends_only_with_whoever_waits()
    {
        using var abandoned = new CancellationTokenSource();
        using var patience = Patience(abandoned.Token);
        patience.WaitForEver();
        _time.Advance(TimeSpan.FromDays(2));
        patience.Renew();
        _time.Advance(TimeSpan.FromDays(2));
        Assert.False(patience.Token.IsCancellationRequested);
        abandoned.Cancel();
        Assert.Equal((true, false), (patience.Token.IsCancellationRequested, patience.IsOver));
    }

    private Patience Patience(CancellationToken abandoned) => new(10 * _second, 25 * _second, _time, abandoned);

    [Fact]
    public void Who_is_abandoned_was_not_too_slow_and_the_first_reason_counts()
    {
        using var client = new CancellationTokenSource();
        using var patience = new Patience(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9), _time, client.Token);
        client.Cancel();
        Assert.True(patience.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((true, false), (patience.IsAbandoned, patience.IsOver));

        using var slow = new Patience(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9), _time, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        slow.Abandon();
        Assert.Equal((false, true), (slow.IsAbandoned, slow.IsOver));
    }

    [Fact]
    public void It_may_be_abandoned_when_it_was_just_over()
    {
        var patience = new Patience(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9), _time, CancellationToken.None);
        var token = patience.Token;
        patience.Dispose();
        patience.Abandon();
        Assert.False(token.IsCancellationRequested);
    }
}
