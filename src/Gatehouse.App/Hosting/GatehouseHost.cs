using Gatehouse.Authorization;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway;
using Gatehouse.Storage;

namespace Gatehouse.App.Hosting;

/// <summary>Puts one process together: storage, and the halves that its role serves.</summary>
internal static class GatehouseHost
{
    /// <param name="settings">The configuration, complete.</param>
    /// <param name="role">Which halves to serve.</param>
    /// <param name="baseDirectory">What relative paths of the configuration start from.</param>
    /// <param name="configure">What a test changes before the services are built.</param>
    public static WebApplication Build(GatehouseSettings settings, GatehouseRole role, string baseDirectory, Action<WebApplicationBuilder>? configure = null)
    {
        // Nothing but the configuration file decides: no appsettings.json, no ASPNETCORE_ variables, no command line.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().UseUrls([.. settings.Listen.Select(address => address.GetLeftPart(UriPartial.Authority))]);
        builder.Services.AddRouting();
        builder.Services.AddStorage(settings, baseDirectory);
        if (role is not GatehouseRole.Proxy) builder.Services.AddAuthorizationServer(settings);
        if (role is not GatehouseRole.OAuth) builder.Services.AddGateway(settings);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseRouting();
        if (role is not GatehouseRole.Proxy) app.MapAuthorizationServer();
        if (role is not GatehouseRole.OAuth) app.MapGateway();
        return app;
    }
}
