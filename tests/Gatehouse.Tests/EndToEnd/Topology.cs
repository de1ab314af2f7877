namespace Gatehouse.Tests.EndToEnd;

/// <summary>The two ways to run Gatehouse.</summary>
public enum Topology
{
    /// <summary>One process, both roles, SQLite.</summary>
    Embedded,

    /// <summary>A process per role on one PostgreSQL, behind a front that routes by path.</summary>
    Split,
}
