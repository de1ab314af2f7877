using Gatehouse.Authorization.Consent;
using Gatehouse.Authorization.Keys;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Storage.Audit;
using Gatehouse.Storage.Consent;
using Gatehouse.Storage.Database;
using Gatehouse.Storage.KeyRing;
using Gatehouse.Storage.Keys;
using Gatehouse.Storage.Revocation;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gatehouse.Storage;

/// <summary>Storage's two doors: what it adds to the services, and what must be done before anything is served.</summary>
public static class StorageServices
{
    /// <summary>Adds every store behind its interface. Touches neither the disk nor the network.</summary>
    /// <param name="settings">Which database, and with which key.</param>
    /// <param name="baseDirectory">What relative paths start from: the folder of the configuration file.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, GatehouseSettings settings, string baseDirectory)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddDatabase(settings.Database, Path.GetFullPath(settings.Database.DataPath, Path.GetFullPath(baseDirectory)))
            .AddKeyRing(settings.Database)
            .AddStores(settings);
    }

    private static IServiceCollection AddStores(this IServiceCollection services, GatehouseSettings settings)
    {
        services.TryAddSingleton(settings);
        services.AddMetrics();
        if (settings.Database.Postgres is null) services.AddSingleton<IAuditSink, SqliteAuditSink>();
        else services.AddSingleton<IAuditSink, PostgresAuditSink>();
        return services
            .AddSingleton<AuditLog>()
            .AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditLog>())
            .AddSingleton<IAuditTrail, AuditTrail>()
            .AddHostedService<AuditWriter>()
            .AddSingleton<IConsentStore, ConsentStore>()
            .AddSingleton<ISigningKeyStore, SigningKeyStore>()
            .AddSingleton<IVerificationKeys, VerificationKeys>()
            .AddSingleton<Revocations>()
            .AddSingleton<IRevocations>(provider => provider.GetRequiredService<Revocations>())
            .AddHostedService<RevocationFeed>();
    }

    /// <summary>
    /// Creates or migrates the database and checks the encryption key. Safe in several processes at once; to be awaited
    /// before the host starts.
    /// </summary>
    /// <exception cref="StorageException">The database cannot be used; the message is one for the operator.</exception>
    public static Task PrepareStorageAsync(this IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<Preparation>().RunAsync(cancellationToken);
}
