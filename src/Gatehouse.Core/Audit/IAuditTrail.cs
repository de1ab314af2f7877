namespace Gatehouse.Core.Audit;

/// <summary>Reads what was recorded.</summary>
public interface IAuditTrail
{
    /// <summary>
    /// Matching events. Without <see cref="AuditQuery.After"/>: by time, oldest first; of more than
    /// <see cref="AuditQuery.Limit"/>, the newest. With it: by <see cref="AuditEvent.Sequence"/>, and of more the next ones.
    /// </summary>
    IAsyncEnumerable<AuditEvent> QueryAsync(AuditQuery query, CancellationToken cancellationToken);
}

/// <summary>Filters that all must match; null means any.</summary>
public sealed record AuditQuery
{
    /// <summary>The user's e-mail address or subject, exactly.</summary>
    public string? User { get; init; }

    public string? Server { get; init; }

    /// <summary>A tool, prompt or resource URI; <c>*</c> stands for any run of characters.</summary>
    public string? Target { get; init; }

    public string? Client { get; init; }

    public AuditAction? Action { get; init; }

    public AuditOutcome? Outcome { get; init; }

    /// <summary>From this time on, inclusive.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Up to this time, exclusive.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>
    /// Only events stored after the one with this <see cref="AuditEvent.Sequence"/>: how a tail goes on, with the greatest
    /// sequence it has seen. Misses nothing, whichever process wrote it.
    /// </summary>
    public long? After { get; init; }

    public int Limit { get; init; } = 100;
}
