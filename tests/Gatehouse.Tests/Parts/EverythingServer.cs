using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Parts;

/// <summary>npm's server-everything and its siblings: MCP servers of the legacy era that nobody here wrote.</summary>
internal static class EverythingServer
{
    /// <summary>server-everything as a program to start, over stdio.</summary>
    public static Task<ServerSettings> StdioAsync(CancellationToken cancellationToken) => StdioAsync("server-everything", [], cancellationToken);

    /// <param name="package">One of npm's <c>@modelcontextprotocol/server-…</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<ServerSettings> StdioAsync(string package, string[] arguments, CancellationToken cancellationToken) => new()
    {
        Command = await NodePackages.NodeAsync(cancellationToken),
        Args = [await ScriptAsync(package, cancellationToken), .. arguments],
        Timeout = 30,
    };

    /// <summary>server-everything on a loopback port of its own, over Streamable HTTP, with sessions.</summary>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <returns>The program, and its URL.</returns>
    public static async Task<(NodeProgram Program, Uri Url)> HttpAsync(int port, CancellationToken cancellationToken)
    {
        await NodePackages.InstallAsync("servers", cancellationToken);
        var program = await NodeProgram.StartAsync(
            "servers",
            await ScriptAsync("server-everything", cancellationToken),
            ["streamableHttp"],
            new Dictionary<string, string> { ["PORT"] = Text(port), ["NODE_OPTIONS"] = "--require ./loopback.cjs" },
            cancellationToken);
        return (program, await FixtureServer.ListeningAsync(program, cancellationToken));
    }

    /// <summary>The same over HTTP+SSE, the transport of 2024-11-05.</summary>
    public static async Task<(NodeProgram Program, Uri Url)> SseAsync(CancellationToken cancellationToken)
    {
        await NodePackages.InstallAsync("servers", cancellationToken);
        var program = await NodeProgram.StartAsync(
            "servers",
            await ScriptAsync("server-everything", cancellationToken),
            ["sse"],
            new Dictionary<string, string> { ["PORT"] = "0", ["NODE_OPTIONS"] = "--require ./loopback.cjs" },
            cancellationToken);
        return (program, new Uri(await FixtureServer.ListeningAsync(program, cancellationToken), "/sse"));
    }

    private static async Task<string> ScriptAsync(string package, CancellationToken cancellationToken) =>
        Path.Combine(await NodePackages.InstallAsync("servers", cancellationToken), "node_modules", "@modelcontextprotocol", package, "dist", "index.js");

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
