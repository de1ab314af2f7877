namespace Gatehouse.Gateway.Downstream.Limits;

/// <summary>How many requests are running and how many streams are open, of one user or at one server. Both are in one number, so that neither is ever seen without the other.</summary>
/// <param name="mostRunning">How many requests may run; 0: any number.</param>
/// <param name="mostStreams">How many streams may be open; 0: any number.</param>
internal sealed class Occupancy(int mostRunning, int mostStreams)
{
    private const long Request = 1;
    private const long Stream = 1L << 32;

    private long _taken;

    public enum Entry
    {
        Taken,
        Full,

        /// <summary>It is no longer in use: whoever still holds it must look for its successor.</summary>
        Retired,
    }

    /// <param name="isStream">Whether it will stay open; else it is a request that ends.</param>
    /// <param name="place">To be disposed when it is over.</param>
    public Entry Enter(bool isStream, out Place place)
    {
        place = default;
        var unit = isStream ? Stream : Request;
        var taken = Interlocked.Add(ref _taken, unit);
        if (taken < 0) return Entry.Retired;
        var (count, most) = isStream ? (taken >> 32, mostStreams) : (taken & uint.MaxValue, mostRunning);
        place = new Place(this, unit);
        if (most == 0 || count <= most) return Entry.Taken;
        place.Dispose();
        place = default;
        return Entry.Full;
    }

    /// <summary>Takes it out of use, if nobody has a place in it.</summary>
    public bool Retire() => Interlocked.CompareExchange(ref _taken, long.MinValue, 0) == 0;

    /// <summary>One place, given back when it is disposed; once.</summary>
    public readonly struct Place(Occupancy occupancy, long unit) : IDisposable
    {
        public void Dispose()
        {
            if (occupancy is not null) Interlocked.Add(ref occupancy._taken, -unit);
        }
    }
}
