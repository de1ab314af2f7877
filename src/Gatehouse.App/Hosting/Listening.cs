using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gatehouse.App.Hosting;

/// <summary>Where the server listens, and how much it takes from anybody before knowing them.</summary>
internal static class Listening
{
    public static void UseListening(this IWebHostBuilder host, GatehouseSettings settings) => host
        .UseKestrelCore()
        .ConfigureKestrel(options => Limit(options, settings.Limits.RequestBytes))
        .UseUrls([.. settings.Listen.Select(address => address.GetLeftPart(UriPartial.Authority))]);

    /// <param name="largestBody">A larger one is answered 413.</param>
    private static void Limit(KestrelServerOptions options, int largestBody)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = largestBody;
        options.Limits.MaxRequestLineSize = 16 * 1024; // an authorization request carries scopes, resource and state in its line
        options.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        options.Limits.MaxRequestHeaderCount = 100;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);

        // Counts between requests only, so a long stream is safe. Longer than the idle timeout of usual load balancers (60 s):
        // of the two ends the balancer must be the one that closes, or it answers 502 now and then.
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
    }
}
