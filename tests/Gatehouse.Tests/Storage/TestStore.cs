using System.Security.Cryptography;
using Gatehouse.Core.Configuration;
using Gatehouse.Storage;
using Gatehouse.Tests.Parts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gatehouse.Tests.Storage;

/// <summary>Where one class of tests keeps its state; several processes can open it.</summary>
public abstract class TestStore : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("gatehouse-test-").FullName;

    public DatabaseSettings Database { get; protected set; } = new();

    public abstract ValueTask CreateAsync(CancellationToken cancellationToken);

    /// <summary>What one process does with the store, from start to stop.</summary>
    /// <param name="hosted">Whether the background work runs.</param>
    public async Task<TestProcess> OpenAsync(CancellationToken cancellationToken, bool hosted = true)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(Settings(), Folder);
        var provider = services.BuildServiceProvider();
        await provider.PrepareStorageAsync(cancellationToken);
        var running = hosted ? provider.GetServices<IHostedService>().ToList() : [];
        foreach (var service in running) await service.StartAsync(cancellationToken);
        return new TestProcess(provider, running);
    }

    public GatehouseSettings Settings() => new()
    {
        PublicUrl = new Uri("http://localhost:8080"),
        Identity = new IdentitySettings { Provider = IdentityProvider.Development },
        Database = Database,
    };

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

public sealed class SqliteStore : TestStore
{
    public override ValueTask CreateAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public string DataPath => Path.Combine(Folder, Database.DataPath);
}

public sealed class PostgresStore(PostgresServer server) : TestStore
{
    public override async ValueTask CreateAsync(CancellationToken cancellationToken) => Database = new DatabaseSettings
    {
        Postgres = await server.CreateDatabaseAsync(cancellationToken),
        EncryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
    };

    public void UseKey(string base64) => Database = Database with { EncryptionKey = base64 };

    public void UseConnection(string connectionString) => Database = Database with { Postgres = connectionString };
}

/// <summary>One process on a store.</summary>
public sealed class TestProcess(ServiceProvider provider, List<IHostedService> running) : IAsyncDisposable
{
    public T Get<T>() where T : notnull => provider.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        for (var i = running.Count - 1; i >= 0; i--) await running[i].StopAsync(CancellationToken.None);
        await provider.DisposeAsync();
    }
}
