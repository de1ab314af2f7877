using System.Collections.Concurrent;
using Gatehouse.Core.Audit;

namespace Gatehouse.Tests.Authorization;

/// <summary>The audit log of one process, in memory.</summary>
internal sealed class RecordingAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEvent> _events = new();

    public bool IsAway { get; set; }

    public IReadOnlyList<AuditEvent> Events => [.. _events];

    public AuditEvent Last(AuditAction action, string? clientId) => _events.Last(recorded => recorded.Action == action && recorded.ClientId == clientId);

    public ValueTask RecordAsync(AuditEvent auditEvent, CancellationToken cancellationToken)
    {
        if (IsAway) throw new AuditUnavailableException("The trail is away.");
        _events.Enqueue(auditEvent);
        return ValueTask.CompletedTask;
    }
}
