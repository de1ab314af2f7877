namespace Gatehouse.Tests.Memory;

/// <summary>The system's clock, which a test may put forward. Timers run as they would have.</summary>
internal sealed class SettableClock : TimeProvider
{
    private long _ahead;

    public void PutForward(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public override long GetTimestamp() => System.GetTimestamp() + (Interlocked.Read(ref _ahead) * (TimestampFrequency / TimeSpan.TicksPerSecond));
}
