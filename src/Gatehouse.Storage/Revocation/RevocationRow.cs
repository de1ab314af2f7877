using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Gatehouse.Storage.Revocation;

/// <summary>A grant that was withdrawn or a session that was ended, kept until it would have been over anyway: with the last access token, with the session's id.</summary>
internal sealed class RevocationRow
{
    public required string GrantId { get; init; }

    public DateTimeOffset RevokedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class RevocationTable : IEntityTypeConfiguration<RevocationRow>
{
    public void Configure(EntityTypeBuilder<RevocationRow> builder)
    {
        builder.ToTable("revocations");
        builder.HasKey(row => row.GrantId);
        builder.Property(row => row.GrantId).HasColumnName("grant_id");
        builder.Property(row => row.RevokedAt).HasColumnName("revoked_at");
        builder.Property(row => row.ExpiresAt).HasColumnName("expires_at");
        builder.HasIndex(row => row.RevokedAt).HasDatabaseName("revocations_revoked_at");
    }
}
