using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Gatehouse.Storage.KeyRing;

/// <summary>The fingerprint of the encryption key that this database belongs to: one row, written by the first start.</summary>
internal sealed class KeyCheckRow
{
    public const int OnlyId = 1;

    public int Id { get; init; }

    public required byte[] Fingerprint { get; init; }
}

internal sealed class KeyCheckTable : IEntityTypeConfiguration<KeyCheckRow>
{
    public void Configure(EntityTypeBuilder<KeyCheckRow> builder)
    {
        builder.ToTable("key_check", table => table.HasCheckConstraint("key_check_one_row", $"id = {KeyCheckRow.OnlyId}"));
        builder.HasKey(row => row.Id);
        builder.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(row => row.Fingerprint).HasColumnName("fingerprint");
    }
}
