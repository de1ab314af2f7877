using Gatehouse.Core.Audit;
using Spectre.Console;

namespace Gatehouse.App.Cli;

/// <summary>A table with a heading, as wide as the terminal.</summary>
internal sealed class TablePrinter(Surroundings surroundings) : IAuditPrinter
{
    /// <summary>Where nobody's terminal sets a width.</summary>
    private const int WideEnough = 200;

    private readonly List<AuditEvent> _events = [];

    public void Print(AuditEvent auditEvent) => _events.Add(auditEvent);

    public void Complete()
    {
        if (_events.Count == 0)
        {
            surroundings.Output.WriteLine("No event matches.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in AuditColumns.ForPeople) table.AddColumn(new TableColumn(column.Name));

        // Text and not markup: what is in it came from strangers.
        foreach (var auditEvent in _events) table.AddRow(AuditColumns.ForPeople.Select(column => new Text(column.Text(auditEvent))));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(surroundings.Output), ColorSystem = ColorSystemSupport.NoColors });
        if (!surroundings.IsTerminal) console.Profile.Width = WideEnough;
        console.Write(table);
    }
}
