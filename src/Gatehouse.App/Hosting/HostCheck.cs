using Gatehouse.Core.Configuration;

namespace Gatehouse.App.Hosting;

/// <summary>
/// Refuses requests whose Host is none of ours: a page whose name was made to resolve to us (DNS rebinding) sends its own.
/// Nothing is ever made from the Host header; this only decides whether to listen.
/// </summary>
internal sealed class HostCheck(RequestDelegate next, IReadOnlySet<string> hosts)
{
    private static readonly string[] _loopback = ["localhost", "127.0.0.1", "[::1]"];

    public Task InvokeAsync(HttpContext context)
    {
        if (hosts.Contains(context.Request.Host.Host) || context.GetEndpoint()?.Metadata.GetMetadata<AnyHost>() is not null) return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("This server is not reached under that name. The Host header must be that of its public URL.\n", context.RequestAborted);
    }

    /// <summary>The public URL's host, and each single address it listens on; loopback has three names.</summary>
    public static IReadOnlySet<string> HostsOf(GatehouseSettings settings)
    {
        var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var url in settings.Listen.Where(url => url.Host is not ("0.0.0.0" or "[::]")).Prepend(settings.PublicUrl))
        {
            hosts.Add(url.Host);
            if (url.IsLoopback) hosts.UnionWith(_loopback);
        }

        return hosts;
    }
}

/// <summary>On an endpoint that whoever probes may reach under any name.</summary>
internal sealed class AnyHost;
