namespace Gatehouse.App.Cli;

/// <summary>The ways to print events.</summary>
internal static class AuditFormat
{
    private const string Table = "table";
    private const string Tsv = "tsv";
    private const string Json = "json";

    public static string[] Names => [Table, Tsv, Json];

    /// <param name="name">What was asked for; null leaves it to who looks.</param>
    /// <param name="streaming">Whether events come one by one, so that no column can wait for the widest.</param>
    public static IAuditPrinter Printer(string? name, bool streaming, Surroundings surroundings) =>
        (name ?? (surroundings.IsTerminal ? Table : Tsv)) switch
        {
            Json => new JsonPrinter(surroundings.Output),
            Tsv => new TsvPrinter(surroundings.Output),
            _ when streaming => new LinePrinter(surroundings.Output),
            _ => new TablePrinter(surroundings),
        };
}
