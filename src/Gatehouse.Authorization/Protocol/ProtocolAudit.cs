using System.Security.Claims;
using Gatehouse.Core.Audit;
using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.Protocol;

/// <summary>Writes what the protocol's endpoints did. Completes before the answer goes out: what cannot be recorded does not happen.</summary>
internal sealed class ProtocolAudit(IAuditLog log, TimeProvider time)
{
    public ValueTask RecordAsync(ProtocolEvent what, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return log.RecordAsync(
            new AuditEvent
            {
                Id = Guid.CreateVersion7(now),
                Time = now,
                Action = what.Action,
                Outcome = what.Refusal is null ? AuditOutcome.Ok : AuditOutcome.Refused,
                Reason = what.Refusal,
                Subject = what.User?.FindFirst(OpenIddictConstants.Claims.Subject)?.Value,
                User = what.User?.FindFirst(OpenIddictConstants.Claims.Email)?.Value,
                ClientId = what.ClientId,
                ClientName = what.ClientName,
                Target = what.Target,
                RequestId = what.RequestId,
            },
            cancellationToken);
    }
}

/// <summary>What one of the protocol's endpoints did.</summary>
/// <param name="Refusal">Why it was refused; null if it was done.</param>
internal sealed record ProtocolEvent(AuditAction Action, string? RequestId, string? Refusal = null)
{
    /// <summary>What it was about: scopes, a resource, redirect hosts.</summary>
    public string? Target { get; init; }

    public string? ClientId { get; init; }

    public string? ClientName { get; init; }

    /// <summary>The user, by the claims <c>sub</c> and <c>email</c>.</summary>
    public ClaimsPrincipal? User { get; init; }
}
