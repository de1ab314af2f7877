using System.Collections.Concurrent;
using Gatehouse.Authorization.Providers;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Authorization;

/// <summary>One process with sign-in and storage, and one page that wants a signed-in user; real socket, real database.</summary>
internal sealed class SignInHost : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gatehouse-signin-").FullName;
    private readonly List<Browser> _browsers = [];
    private readonly Lines _lines = new();
    private WebApplication? _app;

    private SignInHost(GatehouseSettings settings) => Settings = settings;

    public GatehouseSettings Settings { get; private set; }

    /// <summary>Every line logged, at every level.</summary>
    public IReadOnlyCollection<string> Log => _lines.All;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<SignInHost> StartAsync(IdentitySettings identity, string publicUrl = "https://gatehouse.test", TimeProvider? time = null)
    {
        var host = new SignInHost(new GatehouseSettings { PublicUrl = new Uri(publicUrl), Identity = identity });
        await host.StartAsync(time);
        return host;
    }

    public Browser NewBrowser()
    {
        var browser = new Browser(Settings.PublicUrl, new Uri(_app!.Urls.Single()));
        _browsers.Add(browser);
        return browser;
    }

    /// <summary>A new process on the same database, perhaps with another configuration. Browsers of before lead nowhere.</summary>
    public async Task RestartAsync(IdentitySettings? identity = null)
    {
        await StopAsync();
        Settings = Settings with { Identity = identity ?? Settings.Identity };
        await StartAsync(null);
    }

    /// <summary>Stops the process, and reads what it put on record.</summary>
    public async Task<IReadOnlyList<AuditEvent>> RowsAsync()
    {
        await StopAsync();
        var services = new ServiceCollection();
        services.AddLogging().AddStorage(Settings, _folder);
        await using var provider = services.BuildServiceProvider();
        return await provider.GetRequiredService<IAuditTrail>().QueryAsync(new AuditQuery(), Cancellation).ToListAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var browser in _browsers) browser.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(TimeProvider? time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // Hosting's own request lines and Entity Framework's statements are the host's to silence; everything else may speak.
        builder.Logging.AddProvider(_lines).SetMinimumLevel(LogLevel.Trace)
            .AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Server", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        if (time is not null) builder.Services.AddSingleton(time);
        builder.Services.AddStorage(Settings, _folder).AddSignIn(Settings);
        var app = builder.Build();
        app.UseRouting();
        app.MapSignIn();
        app.MapGet("/who", async (HttpContext http, IBrowserSession session) =>
            await session.FindAsync(http) is { } user ? Results.Json(user) : session.SignIn(http.Request.Path + http.Request.QueryString));
        app.MapGet("/peek", async (HttpContext http, IBrowserSession session) =>
            await session.FindAsync(http) is { } user ? Results.Json(user) : Results.Unauthorized());
        app.MapGet("/start", (string to, IBrowserSession session) => session.SignIn(to));
        await app.Services.PrepareStorageAsync(Cancellation);
        await app.StartAsync(Cancellation);
        _app = app;
    }

    private async Task StopAsync()
    {
        if (_app is null) return;
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = null;
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _all = new();

        public IReadOnlyCollection<string> All => _all;

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _all.Enqueue($"{formatter(state, exception)} {exception}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
