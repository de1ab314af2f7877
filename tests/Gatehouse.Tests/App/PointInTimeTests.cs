using Gatehouse.App.Cli;

namespace Gatehouse.Tests.App;

public sealed class PointInTimeTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("30s", "2026-11-25T11:59:30Z")]
    [InlineData("2h", "2026-11-25T10:00:00Z")]
    [InlineData("1d", "2026-11-24T12:00:00Z")]
    [InlineData("2w", "2026-11-11T12:00:00Z")]
    [InlineData("2026-11-01", "2026-11-01T00:00:00Z")]
    [InlineData("2026-11-01T14:30", "2026-11-01T14:30:00Z")]
    [InlineData("2026-11-01T14:30:15.5", "2026-11-01T14:30:15.5Z")]
    [InlineData("2026-11-01T14:30:00+01:00", "2026-11-01T13:30:00Z")]
    [InlineData("2026-11-01T14:30Z", "2026-11-01T14:30:00Z")]
    public void It_reads_what_people_write(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), PointInTime.Parse(text, _now));

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("1y")]
    [InlineData("-1d")]
    [InlineData("01/11/2026")]
    [InlineData("2026-13-01")]
    public void It_guesses_nothing(string text) => Assert.Null(PointInTime.Parse(text, _now));
}
