namespace Gatehouse.Bench;

/// <summary>What to measure, and for how long.</summary>
internal sealed record BenchOptions
{
    /// <summary>What to measure; a table for each.</summary>
    public required IReadOnlyList<Scenario> Scenarios { get; init; }

    /// <summary>How often the contenders take turns.</summary>
    public required int Rounds { get; init; }

    public required TimeSpan RoundLength { get; init; }

    /// <summary>Calls that are not measured, so that every contender's hot code is compiled.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>How often each process is started afresh for start-up time and idle memory.</summary>
    public required int Starts { get; init; }

    /// <summary>Null: SQLite. Empty: a PostgreSQL of our own. Else a connection string.</summary>
    public string? Postgres { get; init; }

    /// <summary>What the audit trail is written to.</summary>
    public string Database => Postgres is null ? "SQLite" : "PostgreSQL";

    /// <summary>The executable <c>gatehouse</c>.</summary>
    public required string Program { get; init; }

    /// <summary>Other executables of it, to compare.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];

    /// <summary>Whether the page in the documentation takes the result.</summary>
    public bool Write { get; init; }
}
