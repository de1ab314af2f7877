using Gatehouse.Authorization.Keys;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Authorization;

public sealed class KeyScheduleTests
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly KeySchedule _schedule = KeySchedule.Of(new TokenSettings { SigningKeyLifetime = TimeSpan.FromDays(90), AccessTokenLifetime = TimeSpan.FromMinutes(10) });

    [Fact]
    public void The_first_key_signs_at_once() => Assert.Equal(_start, _schedule.NextSignsFrom([], _start));

    [Fact]
    public void The_next_key_is_announced_before_it_signs()
    {
        var takesOver = _start + TimeSpan.FromDays(90);
        Assert.Null(_schedule.NextSignsFrom([Key("a", _start)], takesOver - _schedule.Notice - TimeSpan.FromTicks(1)));
        Assert.Equal(takesOver, _schedule.NextSignsFrom([Key("a", _start)], takesOver - _schedule.Notice));
    }

    [Fact]
    public void A_key_that_is_late_is_announced_all_the_same()
    {
        var late = _start + TimeSpan.FromDays(200);
        Assert.Equal(late + _schedule.Notice, _schedule.NextSignsFrom([Key("a", _start)], late));
    }

    [Fact]
    public void One_announced_key_is_enough() =>
        Assert.Null(_schedule.NextSignsFrom([Key("b", _start + TimeSpan.FromDays(90)), Key("a", _start)], _start + TimeSpan.FromDays(90)));

    [Fact]
    public void A_key_stays_until_its_last_token_has_expired()
    {
        var takesOver = _start + TimeSpan.FromDays(90);
        var keys = new[] { Key("c", takesOver + TimeSpan.FromDays(90)), Key("b", takesOver), Key("a", _start) };
        Assert.Empty(_schedule.Spent(keys, takesOver + TimeSpan.FromMinutes(10)));
        Assert.Equal(["a"], _schedule.Spent(keys, takesOver + _schedule.Overlap));
        Assert.True(_schedule.Overlap > TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void The_newest_key_whose_time_has_come_signs()
    {
        SigningKey[] keys = [SigningKey.Create(_start + TimeSpan.FromDays(90)), SigningKey.Create(_start)];
        Assert.Same(keys[1], KeySchedule.Current(keys, _start + TimeSpan.FromDays(89)));
        Assert.Same(keys[0], KeySchedule.Current(keys, _start + TimeSpan.FromDays(90)));
        Assert.Same(keys[1], KeySchedule.Current(keys, _start - TimeSpan.FromMinutes(1)));
    }

    private static StoredSigningKey Key(string id, DateTimeOffset signsFrom) => new(id, "{}", [], signsFrom, signsFrom);
}
