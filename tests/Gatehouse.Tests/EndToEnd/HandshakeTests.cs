using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What <c>/mcp</c> and virtual servers say of themselves: what their servers can do and say together, and nothing that does not work.</summary>
public sealed class HandshakeTests(HandshakeTests.Gatehouses gatehouses) : IClassFixture<HandshakeTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology> Topologies => [.. Enum.GetValues<Topology>()];

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task To_modern_clients_they_declare_the_union_of_what_works_and_hide_extensions_that_would_not(Topology topology)
    {
        var discovered = await DiscoverAsync(topology, Harness.Alice);
        Assert.Equal(
            """{"tools":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true},"prompts":{"listChanged":true},"completions":{},"logging":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}""",
            discovered.GetProperty("capabilities").GetRawText());
        Assert.Equal("## one\nAsk one first.\n\n## fixture\nFor tests.\n\n## staff\nOnly for staff.", discovered.GetProperty("instructions").GetString());
        Assert.Equal("gatehouse", discovered.GetProperty("_meta").GetProperty("io.modelcontextprotocol/serverInfo").GetProperty("name").GetString());
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task What_is_not_for_the_user_or_not_at_the_endpoint_is_not_spoken_of(Topology topology)
    {
        var bobs = await DiscoverAsync(topology, Harness.Bob);
        Assert.False(bobs.GetProperty("capabilities").GetProperty("resources").TryGetProperty("subscribe", out _));
        Assert.False(bobs.GetProperty("capabilities").TryGetProperty("extensions", out _));
        Assert.DoesNotContain("staff", bobs.GetRawText(), StringComparison.Ordinal);

        var part = await DiscoverAsync(topology, Harness.Alice, "part");
        Assert.Equal("""{"tools":{"listChanged":true},"logging":{}}""", part.GetProperty("capabilities").GetRawText());
        Assert.Equal("A part.\n\n## one\nAsk one first.\n\n## fixture\nFor tests.", part.GetProperty("instructions").GetString());
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task To_legacy_clients_they_declare_what_works_there(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation);
        var initialized = await gatehouse.Connect(tokens.AccessToken).InitializeAsync(Cancellation);
        foreach (var feature in new[] { "tools", "prompts", "resources", "completions" }) Assert.True(initialized.GetProperty("capabilities").TryGetProperty(feature, out _), feature);
        Assert.False(initialized.GetProperty("capabilities").TryGetProperty("extensions", out _));
        Assert.Equal("gatehouse", initialized.GetProperty("serverInfo").GetProperty("name").GetString());
        Assert.Contains("## fixture\nFor tests.", initialized.GetProperty("instructions").GetString(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> DiscoverAsync(Topology topology, string user, string? endpoint = null)
    {
        var mcp = await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(user, Speech.Modern, Cancellation, endpoint);
        return (await mcp.AskAsync("server/discover", new { }, Cancellation)).Result;
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        private readonly List<ScriptedServer> _servers = [];

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            foreach (var server in _servers) await server.DisposeAsync();
        }

        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            if (_servers.Count == 0)
            {
                _servers.Add(await ScriptedServer.StartAsync("""{"tools":{"listChanged":true},"logging":{},"extensions":{"com.example/unknown":{},"io.modelcontextprotocol/ui":{}}}""", cancellationToken, " Ask one first.\n"));
                _servers.Add(await ScriptedServer.StartAsync("""{"resources":{"subscribe":true},"extensions":{"io.modelcontextprotocol/tasks":{}}}""", cancellationToken, "Only for staff."));
            }

            return new Dictionary<string, ServerSettings>
            {
                ["one"] = _servers[0].Settings,
                ["fixture"] = await FixtureOverHttpAsync(cancellationToken),
                ["nobody"] = new() { Url = new Uri($"http://127.0.0.1:{Ports.Free()}/mcp") },
                ["staff"] = _servers[1].Settings with { RequiredGroups = ["staff"] },
            };
        }

        protected override GatehouseSettings Configure(GatehouseSettings settings) => settings with
        {
            VirtualServers = new Dictionary<string, VirtualServerSettings> { ["part"] = new() { Description = "A part.", Tools = ["one__*", "fixture__echo"] } },
        };
    }
}
