using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Gatehouse.Storage.Consent;

/// <summary>One scope that a user allowed one client at one redirect host. A row per scope, so that adding is one insert.</summary>
internal sealed class ConsentRow
{
    public required string Subject { get; init; }

    public required string ClientId { get; init; }

    public required string RedirectHost { get; init; }

    public required string Scope { get; init; }

    public DateTimeOffset GivenAt { get; init; }
}

internal sealed class ConsentTable : IEntityTypeConfiguration<ConsentRow>
{
    public void Configure(EntityTypeBuilder<ConsentRow> builder)
    {
        builder.ToTable("consents");
        builder.HasKey(row => new { row.Subject, row.ClientId, row.RedirectHost, row.Scope });
        builder.Property(row => row.Subject).HasColumnName("subject");
        builder.Property(row => row.ClientId).HasColumnName("client_id");
        builder.Property(row => row.RedirectHost).HasColumnName("redirect_host");
        builder.Property(row => row.Scope).HasColumnName("scope");
        builder.Property(row => row.GivenAt).HasColumnName("given_at");
        builder.HasIndex(row => row.GivenAt).HasDatabaseName("consents_given_at");
    }
}
