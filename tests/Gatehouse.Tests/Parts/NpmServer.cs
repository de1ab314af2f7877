using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Parts;

/// <summary>Any MCP server that npm has, over stdio.</summary>
internal static class NpmServer
{
    /// <param name="package">Its name; a dependency of <c>tests/interop/servers</c>.</param>
    /// <param name="script">The script in it.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<ServerSettings> StdioAsync(string package, string script, string[] arguments, CancellationToken cancellationToken) => new()
    {
        Command = await NodePackages.NodeAsync(cancellationToken),
        Args = [Path.Combine(await NodePackages.InstallAsync("servers", cancellationToken), "node_modules", package, script), .. arguments],
        Timeout = 120,
    };
}
