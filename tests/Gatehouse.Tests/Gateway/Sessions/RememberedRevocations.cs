using System.Collections.Concurrent;
using Gatehouse.Core.Identity;

namespace Gatehouse.Tests.Gateway.Sessions;

/// <summary>Revocations of one process, without a database.</summary>
internal sealed class RememberedRevocations : IRevocations
{
    private readonly ConcurrentDictionary<string, bool> _all = new();

    public event Action<string>? Revoked;

    public bool IsRevoked(string id) => _all.ContainsKey(id);

    public Task RevokeAsync(string grantId, CancellationToken cancellationToken) => RevokeAsync(grantId, DateTimeOffset.MaxValue, cancellationToken);

    public Task RevokeAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        if (_all.TryAdd(id, true)) Revoked?.Invoke(id);
        return Task.CompletedTask;
    }
}
