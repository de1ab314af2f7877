using Gatehouse.Core.Audit;

namespace Gatehouse.App.Cli;

/// <summary>Columns with tabs between them and no heading, for cut, sort and awk. No column can hold a tab or a line break.</summary>
internal sealed class TsvPrinter(TextWriter output) : IAuditPrinter
{
    public void Print(AuditEvent auditEvent) => output.WriteLine(string.Join('\t', AuditColumns.ForPrograms.Select(column => column.Text(auditEvent))));

    public void Complete()
    {
    }
}
