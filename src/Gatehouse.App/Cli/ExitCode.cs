namespace Gatehouse.App.Cli;

/// <summary>How a command ends, after BSD's sysexits.h; <c>docs/reference/cli.md</c> says what to do about each.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>The configuration file cannot be read.</summary>
    public const int NoInput = 66;

    /// <summary>Something outside does not answer or is taken: the database, the address to listen on.</summary>
    public const int Unavailable = 69;

    /// <summary>A mistake in Gatehouse itself.</summary>
    public const int Software = 70;

    /// <summary>The system does not allow it.</summary>
    public const int NoPermission = 77;

    /// <summary>The configuration has faults.</summary>
    public const int Configuration = 78;
}
