using Gatehouse.Core.Audit;

namespace Gatehouse.App.Cli;

/// <summary>Prints events in one form.</summary>
internal interface IAuditPrinter
{
    void Print(AuditEvent auditEvent);

    /// <summary>Called once, after the last; a tail has none.</summary>
    void Complete();
}
