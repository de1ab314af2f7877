using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Conformance;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary><c>subscriptions/listen</c> on <c>/mcp</c>: many servers, one stream.</summary>
public sealed class ListenTests(ListenTests.Gatehouses gatehouses, PostgresServer postgres) : IClassFixture<ListenTests.Gatehouses>
{
    private const string Acknowledged = "notifications/subscriptions/acknowledged";
    private const string ToolsChanged = """{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""";
    private const string PromptsChanged = """{"jsonrpc":"2.0","method":"notifications/prompts/list_changed","params":{"n":1.0e2,"_meta":{"io.modelcontextprotocol/subscriptionId":"mine"}}}""";
    private const string SubscriptionId = "io.modelcontextprotocol/subscriptionId";

    private static readonly object _everything = new { toolsListChanged = true, promptsListChanged = true, resourcesListChanged = true, somethingElse = true };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string> Ways => [.. from topology in Enum.GetValues<Topology>() from id in new[] { "7", "\"7\"" } select (topology, id)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task One_acknowledgement_comes_first_and_every_message_bears_the_clients_own_id(Topology topology, string id)
    {
        await using var listening = await OpenAsync(topology, Harness.Alice, _everything, id);
        var (one, two) = (await gatehouses.One.ListenAsync(Cancellation), await gatehouses.Two.ListenAsync(Cancellation));
        Assert.Equal("""{"toolsListChanged":true}""", one.Filter);
        Assert.Equal("""{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true}""", two.Filter);

        // What the first says before the second has acknowledged waits for it; what the second does not promise is not promised.
        await one.AcknowledgeAsync();
        await one.SayAsync(ToolsChanged);
        await two.AcknowledgeAsync("""{"promptsListChanged":true,"taskIds":["nobody asked"]}""");
        var acknowledged = await listening.NextAsync();
        Assert.Equal(Acknowledged, acknowledged.GetProperty("method").GetString());
        Assert.Equal("""{"toolsListChanged":true,"promptsListChanged":true}""", acknowledged.GetProperty("params").GetProperty("notifications").GetRawText());
        var first = await listening.NextAsync();
        Assert.Equal("notifications/tools/list_changed", first.GetProperty("method").GetString());

        // Nobody hears what was not asked for or promised, nor a request, nor nonsense.
        await two.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/list_changed"}""");
        await two.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}""");
        await two.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        await two.SayAsync("nonsense");
        await two.SayAsync(PromptsChanged);
        var second = await listening.NextAsync();
        Assert.Equal("notifications/prompts/list_changed", second.GetProperty("method").GetString());
        Assert.Equal("1.0e2", second.GetProperty("params").GetProperty("n").GetRawText());

        one.End();
        await two.SayAsync(PromptsChanged);
        var third = await listening.NextAsync();
        two.Abort();
        var result = await listening.NextAsync();
        Assert.Equal(id, result.GetProperty("id").GetRawText());
        Assert.Equal("complete", result.GetProperty("result").GetProperty("resultType").GetString());
        Assert.All([acknowledged, first, second, third], message => Assert.Equal(id, message.GetProperty("params").GetProperty("_meta").GetProperty(SubscriptionId).GetRawText()));
        Assert.Equal(id, result.GetProperty("result").GetProperty("_meta").GetProperty(SubscriptionId).GetRawText());
        Assert.False(await listening.MoveNextAsync());
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_client_that_goes_away_ends_it_at_every_server(Topology topology)
    {
        var listening = await OpenAsync(topology, Harness.Alice, _everything);
        var (one, two) = (await gatehouses.One.ListenAsync(Cancellation), await gatehouses.Two.ListenAsync(Cancellation));
        await one.AcknowledgeAsync();
        await two.AcknowledgeAsync();
        await listening.NextAsync();
        await listening.DisposeAsync();
        await one.Over.WaitAsync(Cancellation);
        await two.Over.WaitAsync(Cancellation);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task Nobody_hears_of_a_server_that_is_not_for_them_nor_of_what_nobody_offers(Topology topology)
    {
        await using var bob = await OpenAsync(topology, Harness.Bob, new { promptsListChanged = true, resourceSubscriptions = new[] { "two://watched" } });
        Assert.Equal("{}", (await bob.NextAsync()).GetProperty("params").GetProperty("notifications").GetRawText());
        Assert.Equal("complete", (await bob.NextAsync()).GetProperty("result").GetProperty("resultType").GetString());
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_resource_is_watched_where_it_is(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var alice = await gatehouse.EnterAsync(Harness.Alice, Speech.Modern, Cancellation);
        Assert.Equal(["two://watched", "three://watched"], await alice.NamesAsync("resources/list", Cancellation));

        await using var listening = await OpenAsync(topology, Harness.Alice, new { resourceSubscriptions = new[] { "three://watched", "two://watched" } });
        var (two, three) = (await gatehouses.Two.ListenAsync(Cancellation), await gatehouses.Three.ListenAsync(Cancellation));
        Assert.Equal("""{"resourceSubscriptions":["two://watched"]}""", two.Filter);
        Assert.Equal("""{"resourceSubscriptions":["three://watched"]}""", three.Filter);
        await two.AcknowledgeAsync();
        await three.AcknowledgeAsync();
        var acknowledged = await listening.NextAsync();
        Assert.Equal("""{"resourceSubscriptions":["three://watched","two://watched"]}""", acknowledged.GetProperty("params").GetProperty("notifications").GetRawText());
        await three.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"three://watched"}}""");
        Assert.Equal("three://watched", (await listening.NextAsync()).GetProperty("params").GetProperty("uri").GetString());
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task What_a_server_that_we_did_not_write_tells_is_heard_over_either_transport(Topology topology)
    {
        var (program, url) = await Legs.ListenAsync(Leg.Npm, Cancellation);
        await using var web = program;
        var servers = new Dictionary<string, ServerSettings> { ["web"] = new() { Url = url }, ["program"] = await Legs.StdioAsync(Cancellation) };
        await using var gatehouse = await Harness.StartAsync(topology, postgres, servers, Cancellation);
        var alice = await gatehouse.EnterAsync(Harness.Alice, Speech.Modern, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation);
        await using var listening = await Listening.OpenAsync(gatehouse.Connect(tokens.AccessToken), new { toolsListChanged = true, promptsListChanged = true }, "\"mine\"", Cancellation);
        Assert.Equal("""{"toolsListChanged":true,"promptsListChanged":true}""", (await listening.NextAsync()).GetProperty("params").GetProperty("notifications").GetRawText());
        foreach (var (tool, method) in new[] { ("test_trigger_tool_change", "notifications/tools/list_changed"), ("test_trigger_prompt_change", "notifications/prompts/list_changed") })
        {
            foreach (var server in servers.Keys)
            {
                Assert.Equal("changed", (await alice.CallAsync($"{server}__{tool}", new { }, Cancellation)).Text);
                var told = await listening.NextAsync();
                Assert.Equal((method, "\"mine\""), (told.GetProperty("method").GetString(), told.GetProperty("params").GetProperty("_meta").GetProperty(SubscriptionId).GetRawText()));
            }
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_server_that_never_acknowledges_holds_nobody_up_for_long()
    {
        await using var listening = await OpenAsync(Topology.Embedded, Harness.Alice, _everything);
        var (one, two) = (await gatehouses.One.ListenAsync(Cancellation), await gatehouses.Two.ListenAsync(Cancellation));
        await two.AcknowledgeAsync();
        var acknowledged = await listening.NextAsync();
        Assert.True(acknowledged.GetProperty("params").GetProperty("notifications").GetProperty("promptsListChanged").GetBoolean());
        await one.Over.WaitAsync(Cancellation);
        await two.SayAsync(PromptsChanged);
        Assert.Equal("notifications/prompts/list_changed", (await listening.NextAsync()).GetProperty("method").GetString());
    }

    /// <summary>Embedded alone: the front of the other topology is stopped before the gateway, and takes the stream with it.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_gateway_that_stops_says_so_with_the_final_result()
    {
        await using var server = await ScriptedServer.StartAsync("""{"tools":{"listChanged":true}}""", Cancellation);
        await using var gatehouse = await Harness.StartAsync(Topology.Embedded, postgres, new Dictionary<string, ServerSettings> { ["one"] = server.Settings }, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation);
        await using var listening = await Listening.OpenAsync(gatehouse.Connect(tokens.AccessToken), _everything, "1", Cancellation);
        await (await server.ListenAsync(Cancellation)).AcknowledgeAsync();
        await listening.NextAsync();
        var restarted = gatehouse.RestartAsync(Cancellation);
        Assert.Equal("complete", (await listening.NextAsync()).GetProperty("result").GetProperty("resultType").GetString());
        await restarted;
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_listen_that_does_not_say_to_what_is_refused(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var alice = await gatehouse.EnterAsync(Harness.Alice, Speech.Modern, Cancellation);
        Assert.Equal(-32602, (await alice.AskAsync("subscriptions/listen", new { notifications = "all" }, Cancellation)).Code);
    }

    private async Task<Listening> OpenAsync(Topology topology, string user, object notifications, string id = "1")
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = await gatehouse.SignInAsync(user, Cancellation);
        return await Listening.OpenAsync(gatehouse.Connect(tokens.AccessToken), notifications, id, Cancellation);
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        private readonly List<ScriptedServer> _servers = [];

        internal ScriptedServer One => _servers[0];

        internal ScriptedServer Two => _servers[1];

        internal ScriptedServer Three => _servers[2];

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            foreach (var server in _servers) await server.DisposeAsync();
        }

        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            if (_servers.Count == 0)
            {
                _servers.Add(await ScriptedServer.StartAsync("""{"tools":{"listChanged":true}}""", cancellationToken));
                _servers.Add(await ScriptedServer.StartAsync("""{"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true}}""", cancellationToken));
                _servers.Add(await ScriptedServer.StartAsync("""{"resources":{"subscribe":true}}""", cancellationToken));
                foreach (var (server, name) in new[] { (Two, "two"), (Three, "three") })
                    server.Results["resources/list"] = $$"""{"resultType":"complete","resources":[{"uri":"{{name}}://watched","name":"watched"}],"ttlMs":0,"cacheScope":"public"}""";
            }

            return new Dictionary<string, ServerSettings>
            {
                ["one"] = Unwatched(One),
                ["two"] = Unwatched(Two) with { RequiredGroups = ["staff"] },
                ["three"] = Unwatched(Three) with { RequiredGroups = ["staff"] },
            };
        }

        /// <summary>Told who asks, so that the gateway does not listen for itself and each listen is a client's.</summary>
        private static ServerSettings Unwatched(ScriptedServer server) => server.Settings with { ForwardUser = new ForwardUserSettings { Header = "X-User" } };
    }
}
