namespace Gatehouse.Core.Audit;

/// <summary>One thing that somebody did or was refused. Never holds a token, a code or a secret.</summary>
public sealed record AuditEvent
{
    /// <summary>The place in the trail, given when the event is stored; 0 before. What is stored later has a greater one.</summary>
    public long Sequence { get; init; }

    /// <summary>Unique, and ordered by time (UUID version 7).</summary>
    public required Guid Id { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    public required AuditAction Action { get; init; }

    public required AuditOutcome Outcome { get; init; }

    /// <summary>Why it was refused or failed, for the operator; null when all went well.</summary>
    public string? Reason { get; init; }

    /// <summary>The user's subject; null where nobody is signed in yet.</summary>
    public string? Subject { get; init; }

    /// <summary>The user's e-mail address.</summary>
    public string? User { get; init; }

    public string? ClientId { get; init; }

    public string? ClientName { get; init; }

    /// <summary>The upstream MCP server's configured name.</summary>
    public string? Server { get; init; }

    /// <summary>What was acted on, under the upstream's own name: a tool, a prompt, a resource URI, a scope.</summary>
    public string? Target { get; init; }

    /// <summary>The arguments as one JSON object, redacted by the server's rule.</summary>
    public string? Arguments { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Bytes of the request's body.</summary>
    public long RequestBytes { get; init; }

    /// <summary>Bytes of the answer's body.</summary>
    public long ResponseBytes { get; init; }

    /// <summary>Ties the row to logs and traces.</summary>
    public string? RequestId { get; init; }
}
