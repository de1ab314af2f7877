using System.Net;
using Yarp.ReverseProxy.Configuration;

namespace Gatehouse.Bench.Contenders;

/// <summary>
/// The yardstick: YARP with its default settings, one route, one destination. Only its log level is set, to Warning, as
/// with any proxy that is not being debugged: one line per request would be what gets measured.
/// </summary>
internal static class YarpServer
{
    public const string Verb = "yarp";

    /// <summary>The same with what its documentation and ASP.NET Core's offer for speed.</summary>
    public const string TunedVerb = "yarp-tuned";

    /// <summary>What the tuned one's process has in its environment besides.</summary>
    public const string TunedEnvironment = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1";

    public static string Version => typeof(RouteConfig).Assembly.GetName().Version!.ToString(3);

    public static async Task<int> RunAsync(string port, string upstream, bool tuned, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(port)));
        if (tuned) builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        if (tuned) builder.Logging.ClearProviders();
        var proxy = builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "upstream", Match = new RouteMatch { Path = "{**rest}" } }],
            [new ClusterConfig { ClusterId = "upstream", Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = upstream } } }]);
        if (tuned) proxy.ConfigureHttpClient((_, handler) => handler.ActivityHeadersPropagator = null);
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}
