using System.Net.Http.Json;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Nobody has to sign in again because we were restarted.</summary>
public sealed class RestartTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task Keys_tokens_clients_and_consents_survive(Topology topology)
    {
        var servers = new Dictionary<string, ServerSettings> { ["program"] = await FixtureServer.StdioAsync(Cancellation) };
        await using var gatehouse = await Harness.StartAsync(topology, postgres, servers, Cancellation);
        var before = await gatehouse.SignInAsync(Harness.Alice, Cancellation);
        var keys = await KeysAsync(gatehouse);
        await gatehouse.RestartAsync(Cancellation);

        Assert.Equal(keys, await KeysAsync(gatehouse));
        await AssertWorksAsync(gatehouse, before);
        var refreshed = await before.Client.RefreshAsync(before.RefreshToken, Cancellation);
        Assert.NotEqual(before.AccessToken, refreshed.AccessToken);
        Assert.NotEqual(before.RefreshToken, refreshed.RefreshToken);
        await AssertWorksAsync(gatehouse, refreshed);

        // A browser that would deny is not asked: what was allowed stays allowed.
        using var browser = new FakeBrowser(Harness.Alice, "deny");
        await AssertWorksAsync(gatehouse, await before.Client.SignInAsync(browser, gatehouse.Mcp().OriginalString, Cancellation));
    }

    private static async Task AssertWorksAsync(Harness gatehouse, Tokens tokens)
    {
        var mcp = gatehouse.Connect(tokens.AccessToken);
        await mcp.InitializeAsync(Cancellation);
        Assert.Contains("\"arguments\"", (await mcp.CallAsync("program__echo", new { }, Cancellation)).Text, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string?>> KeysAsync(Harness gatehouse)
    {
        var metadata = await gatehouse.Http.GetFromJsonAsync<JsonElement>($"{gatehouse.Endpoints.Root}/.well-known/oauth-authorization-server/oauth", Cancellation);
        var keys = await gatehouse.Http.GetFromJsonAsync<JsonElement>(metadata.GetProperty("jwks_uri").GetString(), Cancellation);
        return [.. keys.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString())];
    }
}
