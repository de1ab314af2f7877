using Gatehouse.Core.Configuration;
using Gatehouse.Storage.Database;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Gatehouse.Storage.KeyRing;

internal static class KeyRingServices
{
    /// <summary>ASP.NET's key ring, in the database and encrypted: the same for every process, on every machine.</summary>
    public static IServiceCollection AddKeyRing(this IServiceCollection services, DatabaseSettings settings)
    {
        services.AddDataProtection().SetApplicationName("gatehouse").PersistKeysToDbContext<GatehouseContext>();
        return services
            .AddSingleton(provider => KeyOf(settings, provider.GetRequiredService<DataFolder>()))
            .AddSingleton<RingEncryptor>()
            .AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
                new ConfigureOptions<KeyManagementOptions>(options => options.XmlEncryptor = provider.GetRequiredService<RingEncryptor>()));
    }

    private static EncryptionKey KeyOf(DatabaseSettings settings, DataFolder folder) => settings switch
    {
        { EncryptionKey: { } base64 } => EncryptionKey.Parse(base64),
        { Postgres: null } => EncryptionKeyFile.ReadOrCreate(folder),
        _ => throw new StorageException("database.encryptionKey is missing: with PostgreSQL every process needs the same 32 bytes in base64; `openssl rand -base64 32` makes them."),
    };
}
