namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>Counts the times that an upstream's list was said to have changed. What was asked for under another number is old.</summary>
internal sealed class ListEdition
{
    private long _number;

    public long Number => Interlocked.Read(ref _number);

    public void Advance() => Interlocked.Increment(ref _number);
}
