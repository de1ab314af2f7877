using Gatehouse.Core.Audit;

namespace Gatehouse.Storage.Audit;

/// <summary>Puts a batch into the table, whole or not at all.</summary>
internal interface IAuditSink
{
    /// <summary>Writing the same batch again, after a failure that leaves its fate open, stores nothing twice.</summary>
    Task WriteAsync(IReadOnlyList<AuditEvent> batch, CancellationToken cancellationToken);
}
