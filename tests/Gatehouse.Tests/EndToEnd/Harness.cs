using System.Security.Cryptography;
using Gatehouse.App.Hosting;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Storage;
using Gatehouse.Tests.Parts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>A running Gatehouse in one of the two topologies, as <c>gatehouse run</c> puts it together.</summary>
internal sealed class Harness : IAsyncDisposable
{
    public const string Alice = "alice@example.com";
    public const string Bob = "bob@example.com";

    private readonly string _folder = Directory.CreateTempSubdirectory("gatehouse-end-to-end-").FullName;
    private readonly List<WebApplication> _running = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly Topology _topology;
    private readonly TimeProvider _time;
    private WebApplication? _front;

    private Harness(Topology topology, GatehouseSettings settings, TimeProvider time)
    {
        (_topology, _time) = (topology, time);
        Settings = settings;
        Endpoints = new PublicEndpoints(settings.PublicUrl);
    }

    public GatehouseSettings Settings { get; private set; }

    public PublicEndpoints Endpoints { get; }

    /// <summary>What all processes together have logged since the start.</summary>
    public CollectedLogs Logs { get; } = new();

    /// <summary>The secrets that have passed through any process so far.</summary>
    public Wiretap Wiretap { get; } = new();

    /// <summary>An HTTP client that neither follows redirects nor keeps cookies.</summary>
    public HttpClient Http => _http;

    /// <param name="configure">What a test wants otherwise than the default.</param>
    /// <param name="time">The clock of every process; null: the system's.</param>
    public static async Task<Harness> StartAsync(
        Topology topology,
        PostgresServer postgres,
        IReadOnlyDictionary<string, ServerSettings> servers,
        CancellationToken cancellationToken,
        Func<GatehouseSettings, GatehouseSettings>? configure = null,
        TimeProvider? time = null)
    {
        var settings = new GatehouseSettings
        {
            PublicUrl = new Uri($"http://localhost:{Ports.Free()}"),
            Identity = new IdentitySettings { Provider = IdentityProvider.Development, Development = People },
            Database = topology is Topology.Split ? await PostgresAsync(postgres, cancellationToken) : new DatabaseSettings(),
            McpServers = servers,
        };
        var harness = new Harness(topology, configure?.Invoke(settings) ?? settings, time ?? TimeProvider.System);
        try
        {
            await harness.StartAsync(cancellationToken);
            return harness;
        }
        catch
        {
            await harness.DisposeAsync();
            throw;
        }
    }

    /// <summary>The MCP endpoint: of all servers, or of one.</summary>
    public Uri Mcp(string? server = null) => new(Endpoints.Resource(server));

    /// <summary>Stops every process and starts it again on the same state and the same public URL.</summary>
    /// <param name="configure">What is otherwise from then on.</param>
    public async Task RestartAsync(CancellationToken cancellationToken, Func<GatehouseSettings, GatehouseSettings>? configure = null)
    {
        await StopAsync();
        Settings = configure?.Invoke(Settings) ?? Settings;
        await StartAsync(cancellationToken);
    }

    /// <summary>Starts one more gateway on the same database.</summary>
    /// <returns>Its MCP endpoint.</returns>
    public async Task<Uri> AddGatewayAsync(CancellationToken cancellationToken, string? server = null)
    {
        if (_topology is not Topology.Split) throw new InvalidOperationException("Several gateways need PostgreSQL.");
        var gateway = await RunAsync(GatehouseRole.Proxy, new Uri("http://127.0.0.1:0"), cancellationToken);
        return new Uri(gateway, Mcp(server).AbsolutePath);
    }

    /// <summary>Registers a client and signs a user in, speaking raw HTTP.</summary>
    public async Task<Tokens> SignInAsync(string user, CancellationToken cancellationToken, string clientName = "raw client", string? server = null)
    {
        var client = await OAuthClient.RegisterAsync(_http, Endpoints, clientName, cancellationToken);
        using var browser = new FakeBrowser(user);
        return await client.SignInAsync(browser, Endpoints.Resource(server), cancellationToken);
    }

    /// <summary>Signs a user in with a client of their own, which then speaks to an endpoint in one of the eras.</summary>
    public async Task<IMcp> EnterAsync(string user, Speech speech, CancellationToken cancellationToken, string? server = null, string clientName = "raw client")
    {
        var tokens = await SignInAsync(user, cancellationToken, clientName, server);
        var mcp = Connect(tokens.AccessToken, server);
        if (speech is Speech.Modern) return new ModernMcp(mcp);
        await mcp.InitializeAsync(cancellationToken);
        return mcp;
    }

    /// <summary>A client of the MCP endpoint that speaks raw HTTP.</summary>
    public McpOverHttp Connect(string? accessToken, string? server = null) => new(_http, Mcp(server), accessToken);

    /// <summary>A client that speaks to one certain gateway, as the public URL's host.</summary>
    public McpOverHttp ConnectTo(Uri gateway, string? accessToken) => new(_http, gateway, accessToken) { Host = Settings.PublicUrl.Authority };

    /// <summary>Waits until the trail holds as many matching events as expected: they are written behind the answer.</summary>
    public async Task<IReadOnlyList<AuditEvent>> AuditAsync(AuditQuery query, int atLeast, CancellationToken cancellationToken)
    {
        var trail = _running[0].Services.GetRequiredService<IAuditTrail>();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var events = await trail.QueryAsync(query, cancellationToken).ToListAsync(cancellationToken);
            if (events.Count >= atLeast) return events;
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Of all the secrets that passed, none is in a log entry or an audit row.</summary>
    public async Task AssertNothingIsToldAsync(CancellationToken cancellationToken)
    {
        var events = await AuditAsync(new AuditQuery { Limit = int.MaxValue }, 1, cancellationToken);
        string[] told = [.. Logs.Entries, .. events.Select(each => each.ToString())];
        Assert.NotEmpty(Wiretap.Secrets);
        Assert.All(Wiretap.Secrets, secret => Assert.DoesNotContain(told, text => text.Contains(secret.Key, StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static DevelopmentSettings People { get; } = new()
    {
        Users = [new DevelopmentUser { Email = Alice, Name = "Alice", Groups = ["staff"] }, new DevelopmentUser { Email = Bob, Name = "Bob" }],
    };

    private static async Task<DatabaseSettings> PostgresAsync(PostgresServer postgres, CancellationToken cancellationToken) => new()
    {
        Postgres = await postgres.CreateDatabaseAsync(cancellationToken),
        EncryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
    };

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_topology is Topology.Embedded)
        {
            await RunAsync(GatehouseRole.All, Settings.PublicUrl, cancellationToken);
            return;
        }

        var anywhere = new Uri("http://127.0.0.1:0");
        var authorization = await RunAsync(GatehouseRole.OAuth, anywhere, cancellationToken);
        var gateway = await RunAsync(GatehouseRole.Proxy, anywhere, cancellationToken);
        _front = await Front.StartAsync(Settings.PublicUrl, gateway, authorization, cancellationToken);
    }

    private async Task<Uri> RunAsync(GatehouseRole role, Uri listen, CancellationToken cancellationToken)
    {
        var app = GatehouseHost.Build(Settings with { Listen = [listen] }, role, _folder, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(Logs);
            builder.Services.AddSingleton<IStartupFilter>(Wiretap).AddSingleton(_time);
        });
        _running.Add(app);
        await app.Services.PrepareStorageAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        return new Uri(app.Urls.First());
    }

    private async Task StopAsync()
    {
        if (_front is not null) await _front.DisposeAsync();
        _front = null;
        foreach (var app in _running)
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        _running.Clear();
    }
}
