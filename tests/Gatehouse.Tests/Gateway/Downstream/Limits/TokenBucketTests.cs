using Gatehouse.Gateway.Downstream.Limits;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Downstream.Limits;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void After_a_quiet_minute_as_many_may_come_at_once_and_one_more_is_told_when()
    {
        var bucket = new TokenBucket(6, _time);
        for (var i = 0; i < 6; i++) Assert.Null(bucket.Take());
        Assert.Equal(TimeSpan.FromSeconds(10), bucket.Take());
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), bucket.Take());
    }

    [Fact]
    public void Whoever_waits_as_told_gets_one_and_only_one()
    {
        var bucket = new TokenBucket(6, _time);
        while (bucket.Take() is null)
        {
        }

        _time.Advance(bucket.Take()!.Value);
        Assert.Null(bucket.Take());
        Assert.NotNull(bucket.Take());
    }

    [Fact]
    public void Asking_in_vain_costs_nothing()
    {
        var bucket = new TokenBucket(1, _time);
        Assert.Null(bucket.Take());
        for (var i = 0; i < 1000; i++) Assert.Equal(TimeSpan.FromMinutes(1), bucket.Take());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(bucket.Take());
    }

    [Fact]
    public void It_is_full_again_when_everything_has_come_back_and_no_quiet_time_makes_it_fuller()
    {
        var bucket = new TokenBucket(60, _time);
        bucket.Take();
        bucket.Take();
        Assert.False(bucket.IsFull);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(bucket.IsFull);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(60, Enumerable.Range(0, 1000).Count(_ => bucket.Take() is null));
    }

    [Fact]
    public void Many_at_once_never_get_more_than_there_is()
    {
        var bucket = new TokenBucket(1000, _time);
        var taken = 0;
        Parallel.For(0, 8000, _ =>
        {
            if (bucket.Take() is null) Interlocked.Increment(ref taken);
        });
        Assert.Equal(1000, taken);
    }
}
