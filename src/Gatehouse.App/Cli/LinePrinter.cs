using Gatehouse.Core.Audit;

namespace Gatehouse.App.Cli;

/// <summary>Columns of a fixed width, for events that come one by one. A longer text pushes the rest to the right rather than being cut.</summary>
internal sealed class LinePrinter(TextWriter output) : IAuditPrinter
{
    private bool _begun;

    public void Print(AuditEvent auditEvent)
    {
        if (!_begun) output.WriteLine(Line(AuditColumns.ForPeople.Select(column => column.Name.PadRight(column.Width))));
        _begun = true;
        output.WriteLine(Line(AuditColumns.ForPeople.Select(column => column.Text(auditEvent).PadRight(column.Width))));
    }

    public void Complete()
    {
    }

    private static string Line(IEnumerable<string> columns) => string.Join("  ", columns).TrimEnd();
}
