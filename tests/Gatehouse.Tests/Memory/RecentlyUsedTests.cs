using Gatehouse.Gateway.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Memory;

public sealed class RecentlyUsedTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void What_is_used_in_each_generation_stays_and_the_rest_goes()
    {
        var recent = new RecentlyUsed<string, int>(100, TimeSpan.FromMinutes(1), _time);
        recent.Set("used", 1);
        recent.Set("unused", 2);
        for (var generation = 0; generation < 3; generation++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            recent.Set($"new {generation}", generation);
            Assert.True(recent.TryGet("used", out var value));
            Assert.Equal(1, value);
        }

        Assert.False(recent.TryGet("unused", out _));
        Assert.False(recent.TryGet("new 0", out _));
        Assert.Equal(["new 1", "new 2"], new[] { "new 0", "new 1", "new 2" }.Where(key => recent.TryGet(key, out _)));
    }

    [Fact]
    public void A_full_house_forgets_the_older_half()
    {
        var recent = new RecentlyUsed<int, int>(100, TimeSpan.FromMinutes(1), _time);
        for (var number = 0; number < 1000; number++)
        {
            recent.Set(number, number);
            Assert.True(recent.Count <= 100);
            Assert.True(recent.TryGet(number, out var value) && value == number);
        }

        Assert.InRange(recent.Count, 50, 100);
        for (var number = 951; number < 1000; number++) Assert.True(recent.TryGet(number, out _));
        Assert.False(recent.TryGet(899, out _));
    }

    [Fact]
    public async Task Many_at_once_find_what_each_has_set()
    {
        var recent = new RecentlyUsed<int, int>(200, TimeSpan.FromMinutes(1), _time);
        await Parallel.ForAsync(0, 20_000, TestContext.Current.CancellationToken, (number, _) =>
        {
            recent.Set(number, number);
            if (recent.TryGet(number, out var value)) Assert.Equal(number, value);
            return ValueTask.CompletedTask;
        });
        Assert.InRange(recent.Count, 1, 250);
    }
}
