using System.Net.Http.Json;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary><c>virtualServers</c>: a named part of what the servers offer, with an endpoint, a metadata document and an audience of its own.</summary>
public sealed class VirtualServerTests(VirtualServerTests.Gatehouses gatehouses) : IClassFixture<VirtualServerTests.Gatehouses>
{
    private const string Desk = "desk";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, Speech> Ways => [.. from topology in Enum.GetValues<Topology>() from speech in Enum.GetValues<Speech>() select (topology, speech)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task It_lists_what_it_names_under_the_names_and_descriptions_that_it_gives(Topology topology, Speech speech)
    {
        var mcp = await EnterAsync(topology, speech, Harness.Alice);
        var list = await mcp.AskAsync("tools/list", new { }, Cancellation);
        Assert.Equal(["web__echo", "web__slow", "say", "staff__echo", "staff__slow"], list.Names("tools/list"));
        var byName = list.Result.GetProperty("tools").EnumerateArray().ToDictionary(tool => tool.GetProperty("name").GetString()!, tool => tool.GetProperty("description").GetString());
        Assert.Equal("Says \"hello\".", byName["say"]);
        Assert.Equal("Slow, on purpose.", byName["web__slow"]);
        Assert.StartsWith("Returns its arguments", byName["web__echo"], StringComparison.Ordinal);
        Assert.Equal(["web", "program", "staff"], list.Result.GetProperty("_meta").GetProperty("io.gatehouse/upstreams").EnumerateObject().Select(server => server.Name));

        Assert.Equal(["web__greet"], await mcp.NamesAsync("prompts/list", Cancellation));
        Assert.Equal(["fixture://greeting"], await mcp.NamesAsync("resources/list", Cancellation));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task What_it_lists_is_callable_and_nothing_else(Topology topology, Speech speech)
    {
        var mcp = await EnterAsync(topology, speech, Harness.Alice);
        foreach (var tool in new[] { "web__echo", "say", "staff__echo" })
        {
            using var said = JsonDocument.Parse((await mcp.CallAsync(tool, new { tool }, Cancellation)).Text);
            Assert.Equal(tool, said.RootElement.GetProperty("arguments").GetProperty("tool").GetString());
            Assert.Equal(tool == "web__echo", said.RootElement.TryGetProperty("headers", out _));
        }

        // Excluded, renamed, not named, of a server that is not here, of no server.
        foreach (var tool in new[] { "web__fail", "program__echo", "program__slow", "staff__fail", "other__echo", "echo" })
        {
            var reply = await mcp.CallAsync(tool, new { }, Cancellation);
            Assert.Equal((200, -32602), ((int)reply.Status, reply.Code));
            Assert.Contains($"Unknown tool: {tool}", reply.Body, StringComparison.Ordinal);
        }

        var prompt = await mcp.AskAsync("prompts/get", new { name = "web__greet", arguments = new { language = "finnish" } }, Cancellation);
        Assert.Equal("Say hello in finnish.", prompt.Result.GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString());
        foreach (var name in new[] { "program__greet", "other__greet", "say" })
            Assert.Equal(-32602, (await mcp.AskAsync("prompts/get", new { name, arguments = new { language = "finnish" } }, Cancellation)).Code);
        var read = await mcp.AskAsync("resources/read", new { uri = "fixture://notes/one" }, Cancellation);
        Assert.Equal("note one", read.Result.GetProperty("contents")[0].GetProperty("text").GetString());
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task Its_own_groups_and_those_of_its_servers_both_count(Topology topology, Speech speech)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var bob = await EnterAsync(topology, speech, Harness.Bob);
        Assert.Equal(["web__echo", "web__slow", "say"], await bob.NamesAsync("tools/list", Cancellation));
        Assert.Equal(-32602, (await bob.CallAsync("staff__echo", new { }, Cancellation)).Code);

        var alice = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation, "closed");
        Assert.Contains("web__echo", await alice.NamesAsync("tools/list", Cancellation));
        var tokens = await gatehouse.SignInAsync(Harness.Bob, Cancellation, server: "closed");
        using var response = await gatehouse.Connect(tokens.AccessToken, "closed").RequestAsync(HttpMethod.Get, null, Cancellation);
        Assert.Equal(404, (int)response.StatusCode);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task It_has_metadata_of_its_own_and_takes_tokens_and_sessions_that_are_for_it_alone(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        using var challenged = await gatehouse.Connect(null, Desk).RequestAsync(HttpMethod.Get, null, Cancellation);
        Assert.Equal(401, (int)challenged.StatusCode);
        var metadataUrl = gatehouse.Endpoints.ResourceMetadata(Desk);
        Assert.Contains($"resource_metadata=\"{metadataUrl}\"", challenged.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        var metadata = await gatehouse.Http.GetFromJsonAsync<JsonElement>(metadataUrl, Cancellation);
        Assert.Equal(gatehouse.Endpoints.Resource(Desk), metadata.GetProperty("resource").GetString());
        using var server = await gatehouse.Http.GetAsync(new Uri($"{gatehouse.Endpoints.Root}/.well-known/oauth-authorization-server/mcp/{Desk}"), Cancellation);
        Assert.Equal(200, (int)server.StatusCode);

        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: Desk);
        var mcp = gatehouse.Connect(tokens.AccessToken, Desk);
        await mcp.InitializeAsync(Cancellation);
        foreach (var elsewhere in new[] { null, "web", "closed" })
        {
            using var foreign = await gatehouse.Connect(tokens.AccessToken, elsewhere).RequestAsync(HttpMethod.Get, null, Cancellation);
            Assert.Equal(401, (int)foreign.StatusCode);
            var others = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: elsewhere);
            using var here = await gatehouse.Connect(others.AccessToken, Desk).RequestAsync(HttpMethod.Get, null, Cancellation);
            Assert.Equal(401, (int)here.StatusCode);
        }

        // The same client and user, with a session of the other endpoint.
        var otherwise = await tokens.Client.SignInAsync(new FakeBrowser(Harness.Alice), gatehouse.Endpoints.Resource("closed"), Cancellation);
        var closed = gatehouse.Connect(otherwise.AccessToken, "closed");
        closed.SessionId = mcp.SessionId;
        Assert.Equal(404, (int)(await closed.AskAsync("tools/list", new { }, Cancellation)).Status);
    }

    private async Task<IMcp> EnterAsync(Topology topology, Speech speech, string user) =>
        await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(user, speech, Cancellation, Desk);

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["web"] = await FixtureOverHttpAsync(cancellationToken),
            ["program"] = await FixtureServer.StdioAsync(cancellationToken),
            ["staff"] = await FixtureServer.StdioAsync(cancellationToken) with { RequiredGroups = ["staff"] },
            ["other"] = await FixtureServer.StdioAsync(cancellationToken),
        };

        protected override GatehouseSettings Configure(GatehouseSettings settings) => settings with
        {
            VirtualServers = new Dictionary<string, VirtualServerSettings>
            {
                [Desk] = new()
                {
                    Servers = ["web"],
                    Tools = ["program__echo", "staff__*"],
                    Exclude = ["web__fail", "web__c*", "staff__fail", "staff__cancelled_count", "staff__change", "staff__crash"],
                    Rename = new Dictionary<string, string> { ["say"] = "program__echo" },
                    Descriptions = new Dictionary<string, string> { ["say"] = "Says \"hello\".", ["web__slow"] = "Slow, on purpose." },
                },
                ["closed"] = new() { Servers = ["web"], RequiredGroups = ["staff"] },
            },
        };
    }
}
