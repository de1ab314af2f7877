using System.Text.Json;

namespace Gatehouse.Tests.Parts;

/// <summary>MCP clients that we did not write.</summary>
public enum RealClient
{
    TypeScriptSdk1,
    TypeScriptSdk2,
    McpRemote,
    Inspector,
    CSharpSdk,
}

/// <summary>What a client lived through: registered, signed in, listed, called, refreshed after a 401, called again.</summary>
/// <param name="Tools">The names that it listed.</param>
/// <param name="Calls">The text of each call's answer, in order.</param>
/// <param name="AccessTokenIsNew">Whether its access token after the refresh is another one.</param>
/// <param name="RefreshTokenIsNew">Whether the refresh token is.</param>
internal sealed record ClientJourney(IReadOnlyList<string> Tools, IReadOnlyList<string> Calls, bool AccessTokenIsNew, bool RefreshTokenIsNew);

/// <summary>The clients that are Node programs, driven by the scripts in <c>tests/interop/clients</c>.</summary>
internal static class NodeClient
{
    private static readonly Dictionary<RealClient, string> _scripts = new()
    {
        [RealClient.TypeScriptSdk1] = "sdk-v1.mjs",
        [RealClient.TypeScriptSdk2] = "sdk-v2.mjs",
        [RealClient.McpRemote] = "mcp-remote.mjs",
        [RealClient.Inspector] = "inspector.mjs",
    };

    public static async Task<ClientJourney> RunAsync(
        RealClient client, Uri url, string tool, string arguments, BrowserDoor door, CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("gatehouse-client-").FullName;
        try
        {
            var environment = new Dictionary<string, string>(door.Environment)
            {
                ["HOME"] = home,
                ["MCP_REMOTE_CONFIG_DIR"] = home,
                ["MCP_STORAGE_DIR"] = home,
            };
            await using var program = await NodeProgram.StartAsync("clients", _scripts[client], [url.AbsoluteUri, tool, arguments], environment, cancellationToken);
            var exit = program.ExitAsync(cancellationToken);
            await await Task.WhenAny(exit, door.Failed);
            if (await exit != 0) throw new InvalidOperationException($"{client} ended with {await exit}. Its output:\n{program.Output}");
            return await ReadAsync(program, cancellationToken);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<ClientJourney> ReadAsync(NodeProgram program, CancellationToken cancellationToken)
    {
        var steps = new List<JsonElement>();
        await foreach (var line in program.LinesAsync(cancellationToken))
        {
            using var document = JsonDocument.Parse(line);
            steps.Add(document.RootElement.Clone());
        }

        var refreshed = Single(steps, "refreshed");
        Single(steps, "done");
        return new ClientJourney(
            [.. Single(steps, "tools").GetProperty("tools").EnumerateArray().Select(name => name.GetString()!)],
            [.. Named(steps, "call").Select(call => call.GetProperty("text").GetString()!)],
            refreshed.GetProperty("accessTokenIsNew").GetBoolean(),
            refreshed.GetProperty("refreshTokenIsNew").GetBoolean());
    }

    private static IEnumerable<JsonElement> Named(List<JsonElement> steps, string name) =>
        steps.Where(step => step.GetProperty("step").ValueEquals(name));

    private static JsonElement Single(List<JsonElement> steps, string name) => Named(steps, name).Single();
}
