using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Parts;

/// <summary>
/// The test server of <c>tests/interop/servers/fixture.mjs</c>, on npm's MCP server library for both eras. Its tools: echo,
/// slow, cancelled_count, change, crash, fail. The environment variables that it knows stand at the top of the script.
/// </summary>
internal static class FixtureServer
{
    public static Task<ServerSettings> StdioAsync(CancellationToken cancellationToken, params (string Name, string Value)[] environment) =>
        ScriptAsync("fixture.mjs", [], environment, cancellationToken);

    /// <summary>The server that the conformance suites ask for.</summary>
    public static Task<ServerSettings> ConformanceAsync(CancellationToken cancellationToken) => ScriptAsync("conformance.mjs", [], [], cancellationToken);

    /// <summary>A server that greets properly and then does wrong, in the way that its tool is named.</summary>
    /// <param name="way">Also: <c>crash-at-start</c> and <c>silence</c>, which do not even greet.</param>
    public static Task<ServerSettings> MisbehavingAsync(string way, CancellationToken cancellationToken) => ScriptAsync("misbehaving.mjs", [way], [], cancellationToken);

    /// <summary>A legacy server that says more than it is asked; the head of the script tells its tools.</summary>
    public static Task<ServerSettings> TalkativeAsync(CancellationToken cancellationToken) => ScriptAsync("talkative.mjs", [], [], cancellationToken);

    /// <summary>The fixture on a free loopback port, over Streamable HTTP.</summary>
    /// <returns>The program, and its URL.</returns>
    public static async Task<(NodeProgram Program, Uri Url)> HttpAsync(CancellationToken cancellationToken, params (string Name, string Value)[] environment)
    {
        var program = await NodeProgram.StartAsync(
            "servers", "fixture.mjs", ["http"], environment.ToDictionary(variable => variable.Name, variable => variable.Value), cancellationToken);
        return (program, await ListeningAsync(program, cancellationToken));
    }

    /// <summary>The URL after the words "listening on".</summary>
    public static async Task<Uri> ListeningAsync(NodeProgram program, CancellationToken cancellationToken)
    {
        const string Words = "listening on ";
        var line = await program.LineAsync(line => line.StartsWith(Words, StringComparison.Ordinal), cancellationToken);
        return new Uri(line[Words.Length..]);
    }

    private static async Task<ServerSettings> ScriptAsync(string script, string[] arguments, (string Name, string Value)[] environment, CancellationToken cancellationToken) => new()
    {
        Command = await NodePackages.NodeAsync(cancellationToken),
        Args = [script, .. arguments],
        Cwd = await NodePackages.InstallAsync("servers", cancellationToken),
        Env = environment.ToDictionary(variable => variable.Name, variable => variable.Value),
        Timeout = 30,
    };
}
