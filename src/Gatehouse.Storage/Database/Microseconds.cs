using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Gatehouse.Storage.Database;

/// <summary>A time as whole microseconds since 1970, UTC: what PostgreSQL's <c>timestamptz</c> keeps as well.</summary>
internal sealed class Microseconds() : ValueConverter<DateTimeOffset, long>(time => Of(time), value => At(value))
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset At(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
