using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gatehouse.App.Hosting;

/// <summary>Where the server listens, and how much it takes from anybody before knowing them.</summary>
internal static class Listening
{
    /// <summary>What the runtime asks before it opens the first socket; it has no other way to be told.</summary>
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    public static void UseListening(this IWebHostBuilder host, GatehouseSettings settings)
    {
        if (settings.Scheduling == CallScheduling.Inline) Environment.SetEnvironmentVariable(InlineCompletions, "1");
        host
            .UseKestrelCore()
            .ConfigureKestrel(options => Limit(options, settings.Limits.RequestBytes))
            .UseSockets(Schedule)
            .UseUrls([.. settings.Listen.Select(address => address.GetLeftPart(UriPartial.Authority))]);
    }

    /// <summary>
    /// A request goes on where its bytes arrived, in one piece, instead of in three that wait for each other. That is a thread
    /// of the pool, unless <see cref="CallScheduling.Inline"/> is set. An idle connection keeps a buffer of 4 KB, which saves
    /// asking twice for each request.
    /// </summary>
    private static void Schedule(SocketTransportOptions options)
    {
        options.UnsafePreferInlineScheduling = true;
        options.WaitForDataBeforeAllocatingBuffer = false;
    }

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
