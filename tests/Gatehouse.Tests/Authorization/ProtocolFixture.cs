using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;
using Gatehouse.Tests.Storage;
using Microsoft.AspNetCore.Builder;

namespace Gatehouse.Tests.Authorization;

/// <summary>A store with one running process, for all tests of a class; more processes can be started on it.</summary>
public abstract class ProtocolFixture(TestStore store) : IAsyncLifetime
{
    private ProtocolProcess? _process;

    internal ProtocolProcess Process => _process!;

    internal TestStore Store => store;

    public async ValueTask InitializeAsync()
    {
        await store.CreateAsync(CancellationToken.None);
        _process = await StartAsync(NewSettings(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        store.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Settings for a process of its own on a free port.</summary>
    public GatehouseSettings NewSettings()
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        return store.Settings() with
        {
            PublicUrl = address,
            Listen = [address],
            McpServers = new Dictionary<string, ServerSettings>
            {
                ["memory"] = new() { Command = "true" },
                ["retired"] = new() { Command = "true", Enabled = false },
            },
        };
    }

    internal Task<ProtocolProcess> StartAsync(GatehouseSettings settings, CancellationToken cancellationToken, TimeProvider? time = null, Action<WebApplicationBuilder>? configure = null) =>
        ProtocolProcess.StartAsync(settings, store.Folder, cancellationToken, time, configure);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

public sealed class SqliteProtocol() : ProtocolFixture(new SqliteStore());

public sealed class PostgresProtocol(PostgresServer server) : ProtocolFixture(new PostgresStore(server));
