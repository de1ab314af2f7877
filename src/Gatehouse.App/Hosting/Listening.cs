using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gatehouse.App.Hosting;

/// <summary>Where the server listens, and how much it takes from anybody before knowing them.</summary>
internal static class Listening
{
    /// <summary>The largest body of a request; a larger one is answered 413.</summary>
    public const long MaxBodyBytes = 4 * 1024 * 1024;

    public static void UseListening(this IWebHostBuilder host, IReadOnlyList<Uri> addresses) => host
        .UseKestrelCore()
        .ConfigureKestrel(Limit)
        .UseUrls([.. addresses.Select(address => address.GetLeftPart(UriPartial.Authority))]);

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = MaxBodyBytes;
        options.Limits.MaxRequestLineSize = 16 * 1024; // an authorization request carries scopes, resource and state in its line
        options.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        options.Limits.MaxRequestHeaderCount = 100;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);

        // Counts between requests only, so a long stream is safe. Longer than the idle timeout of usual load balancers (60 s):
        // of the two ends the balancer must be the one that closes, or it answers 502 now and then.
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
    }
}
