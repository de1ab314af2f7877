namespace Gatehouse.Tests.Conformance;

/// <summary>What is asked of a server: a version of the conformance suite, and which of its scenarios.</summary>
public enum Suite
{
    /// <summary>0.1.16, which knows the legacy era only.</summary>
    Active,

    /// <summary>0.2, what 2025-11-25 requires.</summary>
    Legacy,

    /// <summary>0.2, what 2026-07-28 requires.</summary>
    Modern,
}

internal static class Suites
{
    /// <summary>The npm package under <c>tests/interop</c>.</summary>
    public static string FolderOf(Suite suite) => suite is Suite.Active ? "conformance-0.1" : "conformance-0.2";

    public static string TitleOf(Suite suite) => suite switch
    {
        Suite.Active => "0.1.16, active",
        Suite.Legacy => "0.2.0-alpha.12, requirements of 2025-11-25",
        _ => "0.2.0-alpha.12, requirements of 2026-07-28",
    };

    /// <summary>All its scenarios.</summary>
    public static string[] Whole(Suite suite) => suite switch
    {
        Suite.Active => ["--suite", "active"],
        Suite.Legacy => ["--requirements", "2025-11-25"],
        _ => ["--requirements", "2026-07-28"],
    };

    /// <summary>One scenario, on the same wire.</summary>
    public static string[] Single(Suite suite, string scenario) => suite switch
    {
        Suite.Active => ["--scenario", scenario],
        Suite.Legacy => ["--scenario", scenario, "--spec-version", "2025-11-25"],
        _ => ["--scenario", scenario, "--spec-version", "2026-07-28"],
    };
}
