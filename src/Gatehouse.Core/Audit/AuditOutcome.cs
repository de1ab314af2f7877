namespace Gatehouse.Core.Audit;

/// <summary>How it ended. Stored by <see cref="AuditNames"/>, so the order here may change.</summary>
public enum AuditOutcome
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>The upstream did it and reported a failure of its own: a JSON-RPC error, or a result with <c>isError</c>.</summary>
    Failed,

    /// <summary>We said no.</summary>
    Refused,

    /// <summary>The upstream could not be reached, or broke off.</summary>
    Unreachable,

    /// <summary>The upstream took longer than its configured timeout.</summary>
    TimedOut,

    /// <summary>The client went away or cancelled.</summary>
    Cancelled,
}
