using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Gatehouse.Storage.Keys;

/// <summary>One signing key: the public half in clear, the private half as the caller encrypted it.</summary>
internal sealed class SigningKeyRow
{
    public required string KeyId { get; init; }

    /// <summary>One more than the key before it. Unique, which is what lets only one of two processes add the next key.</summary>
    public int Generation { get; init; }

    public required string PublicJsonWebKey { get; init; }

    public required byte[] ProtectedPrivateKey { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset SignsFrom { get; init; }
}

internal sealed class SigningKeyTable : IEntityTypeConfiguration<SigningKeyRow>
{
    public void Configure(EntityTypeBuilder<SigningKeyRow> builder)
    {
        builder.ToTable("signing_keys");
        builder.HasKey(row => row.KeyId);
        builder.Property(row => row.KeyId).HasColumnName("key_id");
        builder.Property(row => row.Generation).HasColumnName("generation");
        builder.Property(row => row.PublicJsonWebKey).HasColumnName("public_jwk");
        builder.Property(row => row.ProtectedPrivateKey).HasColumnName("protected_private_key");
        builder.Property(row => row.CreatedAt).HasColumnName("created_at");
        builder.Property(row => row.SignsFrom).HasColumnName("signs_from");
        builder.HasIndex(row => row.Generation).HasDatabaseName("signing_keys_generation").IsUnique();
    }
}
