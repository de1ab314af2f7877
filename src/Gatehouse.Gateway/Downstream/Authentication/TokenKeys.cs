using Gatehouse.Core.Identity;
using Microsoft.IdentityModel.Tokens;

namespace Gatehouse.Gateway.Downstream.Authentication;

/// <summary>The keys that access tokens are checked with, parsed once and read again when a token names one that is not known.</summary>
internal sealed class TokenKeys(IVerificationKeys keys, TimeProvider time)
{
    /// <summary>How long a key that was taken out of circulation may still be believed here.</summary>
    private static readonly TimeSpan _refresh = TimeSpan.FromMinutes(5);

    private volatile Snapshot? _snapshot;

    /// <returns>The key of that id, or null if there is none.</returns>
    public async ValueTask<SecurityKey?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        var snapshot = _snapshot;
        if (snapshot is not null && time.GetElapsedTime(snapshot.ReadAt) < _refresh && snapshot.ById.TryGetValue(keyId, out var known)) return known;
        var current = await keys.GetAsync(cancellationToken);
        snapshot = new Snapshot(current.ToDictionary(key => key.KeyId, key => (SecurityKey)new JsonWebKey(key.JsonWebKey), StringComparer.Ordinal), time.GetTimestamp());
        _snapshot = snapshot;
        return snapshot.ById.GetValueOrDefault(keyId);
    }

    private sealed record Snapshot(Dictionary<string, SecurityKey> ById, long ReadAt);
}
