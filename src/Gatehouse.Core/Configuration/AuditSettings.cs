using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

public sealed record AuditSettings
{
    [Description("What is kept of arguments unless a server says otherwise: sizes and key names (summary), or the values with secret-looking ones masked (full).")]
    public ArgumentRecording Arguments { get; init; } = ArgumentRecording.Summary;
}

/// <summary>What the audit trail keeps of the arguments of a call.</summary>
public enum ArgumentRecording
{
    /// <summary>Key names, and the size of each value.</summary>
    Summary,

    /// <summary>The values, with secret-looking ones masked.</summary>
    Full,
}
