using System.Security.Cryptography;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>How long to wait before the next try: twice as long each time, with jitter, so that what fell together does not rise together.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);

    /// <summary>Whatever ran for so long has recovered: its next fall counts as the first.</summary>
    private static readonly TimeSpan _steady = TimeSpan.FromSeconds(30);

    /// <summary>How many tries have failed one after the other.</summary>
    public int Failures { get; private set; }

    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= _steady) Failures = 0;
        Failures++;
        var whole = Math.Min(_longest.TotalMilliseconds, _first.TotalMilliseconds * Math.Pow(2, Math.Min(Failures, 20) - 1));
        return TimeSpan.FromMilliseconds(whole * (0.5 + (RandomNumberGenerator.GetInt32(1001) / 2000.0)));
    }

    public void Reset() => Failures = 0;
}
