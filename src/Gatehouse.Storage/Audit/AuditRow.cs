using Gatehouse.Core.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Gatehouse.Storage.Audit;

/// <summary>One row of <c>audit_events</c>: the shape of the table, and what a query reads. Written by SQL alone.</summary>
internal sealed class AuditRow
{
    public long Sequence { get; init; }

    public Guid Id { get; init; }

    public DateTimeOffset Time { get; init; }

    public required string Action { get; init; }

    public required string Outcome { get; init; }

    public string? Reason { get; init; }

    public string? Subject { get; init; }

    public string? User { get; init; }

    public string? ClientId { get; init; }

    public string? ClientName { get; init; }

    public string? Server { get; init; }

    public string? Target { get; init; }

    public string? Arguments { get; init; }

    public long DurationMicroseconds { get; init; }

    public long RequestBytes { get; init; }

    public long ResponseBytes { get; init; }

    public string? RequestId { get; init; }

    public AuditEvent ToEvent() => new()
    {
        Sequence = Sequence,
        Id = Id,
        Time = Time,
        Action = AuditNames.ParseAction(Action),
        Outcome = AuditNames.ParseOutcome(Outcome),
        Reason = Reason,
        Subject = Subject,
        User = User,
        ClientId = ClientId,
        ClientName = ClientName,
        Server = Server,
        Target = Target,
        Arguments = Arguments,
        Duration = TimeSpan.FromMicroseconds(DurationMicroseconds),
        RequestBytes = RequestBytes,
        ResponseBytes = ResponseBytes,
        RequestId = RequestId,
    };
}

internal sealed class AuditTable : IEntityTypeConfiguration<AuditRow>
{
    public void Configure(EntityTypeBuilder<AuditRow> builder)
    {
        builder.ToTable("audit_events");
        builder.HasKey(row => row.Sequence);
        builder.Property(row => row.Sequence).HasColumnName("sequence").ValueGeneratedOnAdd();
        builder.Property(row => row.Id).HasColumnName("id");
        builder.Property(row => row.Time).HasColumnName("time");
        builder.Property(row => row.Action).HasColumnName("action");
        builder.Property(row => row.Outcome).HasColumnName("outcome");
        builder.Property(row => row.Reason).HasColumnName("reason");
        builder.Property(row => row.Subject).HasColumnName("subject");
        builder.Property(row => row.User).HasColumnName("user_email");
        builder.Property(row => row.ClientId).HasColumnName("client_id");
        builder.Property(row => row.ClientName).HasColumnName("client_name");
        builder.Property(row => row.Server).HasColumnName("server");
        builder.Property(row => row.Target).HasColumnName("target");
        builder.Property(row => row.Arguments).HasColumnName("arguments");
        builder.Property(row => row.DurationMicroseconds).HasColumnName("duration_us");
        builder.Property(row => row.RequestBytes).HasColumnName("request_bytes");
        builder.Property(row => row.ResponseBytes).HasColumnName("response_bytes");
        builder.Property(row => row.RequestId).HasColumnName("request_id");

        // Each index costs every write. These are the questions people ask; the last one is small, since most events go well.
        builder.HasIndex(row => row.Id).HasDatabaseName("audit_events_id").IsUnique();
        builder.HasIndex(row => row.Time).HasDatabaseName("audit_events_time");
        builder.HasIndex(row => new { row.User, row.Time }).HasDatabaseName("audit_events_user_time");
        builder.HasIndex(row => new { row.Subject, row.Time }).HasDatabaseName("audit_events_subject_time");
        builder.HasIndex(row => new { row.Target, row.Time }).HasDatabaseName("audit_events_target_time");
        builder.HasIndex(row => new { row.Outcome, row.Time }).HasDatabaseName("audit_events_not_ok").HasFilter("outcome <> 'ok'");
    }
}
