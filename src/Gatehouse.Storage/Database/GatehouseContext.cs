using Gatehouse.Storage.Audit;
using Gatehouse.Storage.Consent;
using Gatehouse.Storage.KeyRing;
using Gatehouse.Storage.Keys;
using Gatehouse.Storage.Revocation;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Database;

/// <summary>The one model: OpenIddict's tables, the Data Protection key ring, and ours. A derived context per provider.</summary>
internal abstract class GatehouseContext(DbContextOptions options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<AuditRow> AuditEvents => Set<AuditRow>();

    public DbSet<ConsentRow> Consents => Set<ConsentRow>();

    public DbSet<KeyCheckRow> KeyChecks => Set<KeyCheckRow>();

    public DbSet<RevocationRow> Revocations => Set<RevocationRow>();

    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.UseOpenIddict();
        modelBuilder.Entity<DataProtectionKey>(key =>
        {
            key.ToTable("data_protection_keys");
            key.Property(row => row.Id).HasColumnName("id");
            key.Property(row => row.FriendlyName).HasColumnName("friendly_name");
            key.Property(row => row.Xml).HasColumnName("xml");
        });
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(GatehouseContext).Assembly);
    }
}
