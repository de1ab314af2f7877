namespace Gatehouse.Core.Audit;

/// <summary>Where events go. Nothing is dropped: a full buffer makes the caller wait, a closed one makes it fail.</summary>
public interface IAuditLog
{
    /// <summary>Completes once there is room for an event: at once, unless the buffer is full. To be asked before acting.</summary>
    /// <exception cref="AuditUnavailableException">The buffer stayed full because the database cannot be written.</exception>
    ValueTask ReadyAsync(CancellationToken cancellationToken);

    /// <summary>Takes one event for writing. Completes at once unless the buffer is full.</summary>
    /// <exception cref="AuditUnavailableException">The buffer stayed full because the database cannot be written.</exception>
    ValueTask RecordAsync(AuditEvent auditEvent, CancellationToken cancellationToken);
}

/// <summary>The trail cannot be written, so what would have been recorded must not happen.</summary>
public sealed class AuditUnavailableException(string message) : Exception(message);
