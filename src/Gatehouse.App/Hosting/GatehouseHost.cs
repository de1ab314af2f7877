using Gatehouse.Authorization;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Authentication;

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
        // Nothing but the configuration file decides: no appsettings.json, no ASPNETCORE_ variables, no command line. That
        // leaves forwarded headers off as well: they could only say what publicUrl already says, or lie.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddLineLogging();
        builder.WebHost.UseListening(settings);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<Drain>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Drain.ShutdownTimeout);
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.Services.AddStorage(settings, baseDirectory);
        if (role is not GatehouseRole.Proxy) builder.Services.AddAuthorizationServer(settings);
        if (role is not GatehouseRole.OAuth) builder.Services.AddGateway(settings);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<Drain>().InvokeAsync);
        app.UseMiddleware<BodyLimit>(settings.Limits.RequestBytes);
        app.UseRouting();
        app.UseMiddleware<HostCheck>(HostCheck.HostsOf(settings));
        app.UseCors();

        // A host that has schemes puts them in front of everything, before the Host is checked, unless it is told that this was
        // done. Here it is done by name, and not for the gateway, which knows no schemes: a call would only pass through all of them.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        app.UseWhen(http => !GatewayEndpoints.Serves(http.Request.Path), others =>
        {
            if (settings.Scheduling == CallScheduling.Inline) others.Use(LeaveSocketThreadAsync);
            if (app.Services.GetService<IAuthenticationSchemeProvider>() is not null) others.UseAuthentication();
        });
        app.MapHealth();
        if (role is not GatehouseRole.Proxy) app.MapAuthorizationServer();
        if (role is not GatehouseRole.OAuth) app.MapGateway();
        return app;
    }

    /// <summary>What signs in and issues may wait for a database file; the threads that watch the sockets must not.</summary>
    private static async Task LeaveSocketThreadAsync(HttpContext context, RequestDelegate next)
    {
        await Task.Yield();
        await next(context);
    }
}
