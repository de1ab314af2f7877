using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What stands before the two processes in production, a load balancer with path rules: passes the Host on, buffers nothing.</summary>
internal static class Front
{
    private static readonly string[] _authorizationPaths = ["/.well-known/{**rest}", "/oauth/{**rest}", "/auth/{**rest}"];
    private static readonly string[] _gatewayPaths = ["/mcp/{**rest}"];

    public static async Task<WebApplication> StartAsync(Uri publicUrl, Uri gateway, Uri authorization, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(publicUrl.GetLeftPart(UriPartial.Authority));
        builder.Services.AddRouting();
        builder.Services.AddReverseProxy()
            .LoadFromMemory(
                [.. Routes("gateway", _gatewayPaths), .. Routes("authorization", _authorizationPaths)],
                [Cluster("gateway", gateway), Cluster("authorization", authorization)])
            .AddTransforms(transforms => transforms.AddOriginalHost());
        var app = builder.Build();
        app.UseRouting();
        app.MapReverseProxy();
        await app.StartAsync(cancellationToken);
        return app;
    }

    private static IEnumerable<RouteConfig> Routes(string cluster, string[] paths) => paths.Select(path => new RouteConfig
    {
        RouteId = path,
        ClusterId = cluster,
        Match = new RouteMatch { Path = path },
        // An answer that streams may take as long as it takes.
        TimeoutPolicy = null,
    });

    private static ClusterConfig Cluster(string name, Uri address) => new()
    {
        ClusterId = name,
        Destinations = new Dictionary<string, DestinationConfig> { [name] = new() { Address = address.AbsoluteUri } },
        HttpRequest = new Yarp.ReverseProxy.Forwarder.ForwarderRequestConfig { AllowResponseBuffering = false, ActivityTimeout = TimeSpan.FromMinutes(5) },
    };
}
