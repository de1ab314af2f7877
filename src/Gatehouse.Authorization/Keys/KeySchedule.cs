using Gatehouse.Core.Configuration;

namespace Gatehouse.Authorization.Keys;

/// <summary>When a key takes over and when one can go. Decides only.</summary>
/// <param name="Lifetime">How long a key signs.</param>
/// <param name="Notice">How long a key is published before it signs, so that every process and every cache knows it by then.</param>
/// <param name="Overlap">How long a key is kept after it last signed: as long as a token of its can be valid.</param>
internal sealed record KeySchedule(TimeSpan Lifetime, TimeSpan Notice, TimeSpan Overlap)
{
    /// <summary>How far apart the clocks of two processes may be.</summary>
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan _longestNotice = TimeSpan.FromHours(1);

    public static KeySchedule Of(TokenSettings tokens) => new(
        tokens.SigningKeyLifetime,
        tokens.SigningKeyLifetime / 2 < _longestNotice ? tokens.SigningKeyLifetime / 2 : _longestNotice,
        tokens.AccessTokenLifetime + _skew);

    /// <returns>From when a key that is made now is to sign; null if none is due.</returns>
    /// <param name="keys">The keys, newest first.</param>
    public DateTimeOffset? NextSignsFrom(IReadOnlyList<StoredSigningKey> keys, DateTimeOffset now)
    {
        if (keys.Count == 0) return now;
        var due = keys[0].SignsFrom + Lifetime;
        if (now < due - Notice) return null;
        return due > now + Notice ? due : now + Notice;
    }

    /// <returns>The keys that no valid token can be signed with any more.</returns>
    /// <param name="keys">The keys, newest first.</param>
    public IReadOnlyList<string> Spent(IReadOnlyList<StoredSigningKey> keys, DateTimeOffset now) =>
        [.. keys.Skip(1).Where((_, index) => keys[index].SignsFrom + Overlap <= now).Select(key => key.KeyId)];

    /// <returns>The key that signs: the newest whose time has come; before any has (clocks differ), the oldest.</returns>
    /// <param name="keys">The keys, newest first; at least one.</param>
    public static SigningKey Current(IReadOnlyList<SigningKey> keys, DateTimeOffset now) =>
        keys.FirstOrDefault(key => key.SignsFrom <= now) ?? keys[^1];
}
