using Gatehouse.Core.Identity;

namespace Gatehouse.Fuzz.Oracles;

/// <summary>Whatever opens does so because of its bytes: nothing was ever withdrawn.</summary>
internal sealed class NothingRevoked : IRevocations
{
    public event Action<string>? Revoked
    {
        add { }
        remove { }
    }

    public bool IsRevoked(string id) => false;

    public Task RevokeAsync(string grantId, CancellationToken cancellationToken) => throw new NotSupportedException("Nothing is withdrawn here.");

    public Task RevokeAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellationToken) => throw new NotSupportedException("Nothing is withdrawn here.");
}
