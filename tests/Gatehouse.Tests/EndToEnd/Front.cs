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
            .AddTransforms(transforms => transforms.AddOriginalHost().AddResponseTransform(PassHeadersOnAsync));
        var app = builder.Build();
        app.UseRouting();
        app.MapReverseProxy();
        await app.StartAsync(cancellationToken);
        return app;
    }

    /// <summary>YARP keeps an answer's headers until its first byte; a stream may have none for a long time.</summary>
    private static async ValueTask PassHeadersOnAsync(ResponseTransformContext context)
    {
        var response = context.HttpContext.Response;
        if (response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) is true) await response.Body.FlushAsync(context.CancellationToken);
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
