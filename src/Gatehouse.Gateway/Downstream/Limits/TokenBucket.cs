namespace Gatehouse.Gateway.Downstream.Limits;

/// <summary>
/// So many per minute, and as many at once after a quiet minute. One number says it all, the moment at which the bucket will
/// be full again (the "generic cell rate algorithm"): nothing refills it, nothing is locked, and a full one can be thrown away.
/// </summary>
internal sealed class TokenBucket(int perMinute, TimeProvider time)
{
    private readonly long _interval = Math.Max(1, time.TimestampFrequency * 60 / perMinute);
    private long _fullAt;

    public bool IsFull => Interlocked.Read(ref _fullAt) <= time.GetTimestamp();

    /// <returns>Null if there was one to take; else how long until there is.</returns>
    public TimeSpan? Take()
    {
        var now = time.GetTimestamp();
        while (true)
        {
            var fullAt = Interlocked.Read(ref _fullAt);
            var next = Math.Max(fullAt, now) + _interval;
            var excess = next - now - (_interval * perMinute);
            if (excess > 0) return time.GetElapsedTime(0, excess);
            if (Interlocked.CompareExchange(ref _fullAt, next, fullAt) == fullAt) return null;
        }
    }
}
