using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Legacy sessions: an id is worth nothing in anybody else's hands, or anywhere else.</summary>
public sealed class SessionTests(SessionTests.Gatehouses gatehouses, PostgresServer postgres) : IClassFixture<SessionTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All servers; one that shares its only session; one that gives each client its own.</summary>
    public static TheoryData<Topology, string?> Endpoints =>
        [.. from topology in Enum.GetValues<Topology>() from server in new[] { null, "program", "everything" } select (topology, server)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_session_is_one_users_with_one_client(Topology topology, string? server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var own = await EnterAsync(gatehouse, Harness.Alice, server);
        var otherUser = await EnterAsync(gatehouse, Harness.Bob, server);
        var otherClient = await EnterAsync(gatehouse, Harness.Alice, server);
        foreach (var intruder in new[] { otherUser, otherClient })
        {
            (var honest, intruder.SessionId) = (intruder.SessionId, own.SessionId);
            await AssertNotFoundAsync(intruder);
            using var deleted = await intruder.RequestAsync(HttpMethod.Delete, null, Cancellation);
            Assert.Equal(404, (int)deleted.StatusCode);
            using var opened = await intruder.RequestAsync(HttpMethod.Get, null, Cancellation);
            Assert.Equal(404, (int)opened.StatusCode);
            intruder.SessionId = honest;
            await AssertPingAsync(intruder);
        }

        await AssertPingAsync(own);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_session_is_one_endpoints(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var client = await OAuthClient.RegisterAsync(gatehouse.Http, gatehouse.Endpoints, "roaming client", Cancellation);
        string?[] servers = [null, "program", "everything"];
        var connections = new List<McpOverHttp>();
        foreach (var server in servers)
        {
            using var browser = new FakeBrowser(Harness.Alice);
            var tokens = await client.SignInAsync(browser, gatehouse.Endpoints.Resource(server), Cancellation);
            connections.Add(gatehouse.Connect(tokens.AccessToken, server));
            await connections[^1].InitializeAsync(Cancellation);
        }

        var ids = connections.Select(connection => connection.SessionId).ToList();
        for (var here = 0; here < servers.Length; here++)
        {
            for (var there = 0; there < servers.Length; there++)
            {
                connections[here].SessionId = ids[there];
                if (here == there) await AssertPingAsync(connections[here]);
                else await AssertNotFoundAsync(connections[here]);
            }
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Without_a_session_there_is_no_answer_and_garbage_is_none(Topology topology, string? server)
    {
        var mcp = await EnterAsync(await gatehouses.InAsync(topology, Cancellation), Harness.Alice, server);
        var id = mcp.SessionId!;
        mcp.SessionId = null;
        var missing = await mcp.AskAsync("ping", new { }, Cancellation);
        Assert.Equal((400, -32600, mcp.LastId), ((int)missing.Status, missing.Code, missing.Message.GetProperty("id").GetInt64()));
        foreach (var garbage in new[] { "garbage", $"{id}A", id[..^4], Flip(id), new string('A', 5000) })
        {
            mcp.SessionId = garbage;
            await AssertNotFoundAsync(mcp);
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_session_that_was_ended_is_gone_and_no_other(Topology topology, string? server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: server);
        McpOverHttp[] both = [gatehouse.Connect(tokens.AccessToken, server), gatehouse.Connect(tokens.AccessToken, server)];
        foreach (var each in both) await each.InitializeAsync(Cancellation);
        using var ended = await both[0].RequestAsync(HttpMethod.Delete, null, Cancellation);
        Assert.True(ended.IsSuccessStatusCode, ended.ToString());
        await AssertNotFoundAsync(both[0]);
        await AssertPingAsync(both[1]);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task Sessions_and_tokens_survive_a_restart(Topology topology)
    {
        var servers = new Dictionary<string, ServerSettings> { ["program"] = await FixtureServer.StdioAsync(Cancellation) };
        await using var gatehouse = await Harness.StartAsync(topology, postgres, servers, Cancellation);
        var all = await EnterAsync(gatehouse, Harness.Alice, null);
        var single = await EnterAsync(gatehouse, Harness.Alice, "program");
        await gatehouse.RestartAsync(Cancellation);
        Assert.Contains("program__echo", await all.NamesAsync("tools/list", Cancellation));
        Assert.Contains("\"after\"", (await all.CallAsync("program__echo", new { after = 1 }, Cancellation)).Text, StringComparison.Ordinal);
        Assert.Contains("\"after\"", (await single.CallAsync("echo", new { after = 1 }, Cancellation)).Text, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Without_a_session_there_is_no_stream_and_nothing_to_end(Topology topology, string? server)
    {
        var mcp = await EnterAsync(await gatehouses.InAsync(topology, Cancellation), Harness.Alice, server);
        mcp.SessionId = null;
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete })
        {
            using var response = await mcp.RequestAsync(method, null, Cancellation);
            Assert.Equal(400, (int)response.StatusCode);
        }

        using var put = await mcp.RequestAsync(HttpMethod.Put, null, Cancellation);
        Assert.Equal(405, (int)put.StatusCode);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded, null)]
    [InlineData(Topology.Split, null)]
    [InlineData(Topology.Embedded, "program")]
    public async Task The_end_of_a_session_ends_its_streams(Topology topology, string? server)
    {
        var mcp = await EnterAsync(await gatehouses.InAsync(topology, Cancellation), Harness.Alice, server);
        using var stream = await mcp.ListenAsync(Cancellation);
        await using var events = McpOverHttp.EventsAsync(stream, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        using var ended = await mcp.RequestAsync(HttpMethod.Delete, null, Cancellation);
        Assert.Equal(204, (int)ended.StatusCode);
        Assert.False(await events.MoveNextAsync());
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_client_that_says_too_much_of_itself_is_told_so(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var mcp = gatehouse.Connect((await gatehouse.SignInAsync(Harness.Alice, Cancellation)).AccessToken);
        var refused = await mcp.AskAsync("initialize", new { protocolVersion = McpOverHttp.LegacyVersion, capabilities = new { experimental = new string('x', 2000) } }, Cancellation);
        Assert.Equal((400, -32602), ((int)refused.Status, refused.Code));
        var verbose = await mcp.AskAsync("initialize", new { protocolVersion = McpOverHttp.LegacyVersion, capabilities = new { }, clientInfo = new { name = new string('x', 5000), version = "1" } }, Cancellation);
        Assert.Equal(McpOverHttp.LegacyVersion, verbose.Result.GetProperty("protocolVersion").GetString());
    }

    /// <summary>The server asks on its stream for the client's roots, and hears the answer.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_servers_own_requests_come_through_its_stream_and_the_answers_reach_it(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: "everything");
        var mcp = gatehouse.Connect(tokens.AccessToken, "everything");
        using (var welcome = await mcp.OpenAsync("initialize", new { protocolVersion = McpOverHttp.LegacyVersion, capabilities = new { roots = new { } }, clientInfo = new { name = "raw", version = "1" } }, Cancellation))
        {
            Assert.Equal("mcp-servers/everything", (await Reply.ReadAsync(welcome, Cancellation)).Result.GetProperty("serverInfo").GetProperty("name").GetString());
            mcp.SessionId = welcome.Headers.GetValues("Mcp-Session-Id").Single();
        }

        using var stream = await mcp.RequestAsync(HttpMethod.Get, null, Cancellation);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        using var initialized = await mcp.PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", Cancellation);
        await foreach (var message in McpOverHttp.MessagesAsync(stream, Cancellation))
        {
            if (!message.TryGetProperty("id", out var id)) continue;
            Assert.Equal("roots/list", message.GetProperty("method").GetString());
            using var accepted = await mcp.PostAsync($$$"""{"jsonrpc":"2.0","id":{{{id.GetRawText()}}},"result":{"roots":[{"uri":"file:///home/alice","name":"home"}]}}""", Cancellation);
            Assert.Equal(202, (int)accepted.StatusCode);
            break;
        }

        Assert.Contains("file:///home/alice", (await mcp.CallAsync("get-roots-list", new { }, Cancellation)).Text, StringComparison.Ordinal);
    }

    private static async Task<McpOverHttp> EnterAsync(Harness gatehouse, string user, string? server) =>
        (McpOverHttp)await gatehouse.EnterAsync(user, Speech.Legacy, Cancellation, server);

    private static async Task AssertPingAsync(McpOverHttp mcp) => Assert.Equal("{}", (await mcp.AskAsync("ping", new { }, Cancellation)).Result.GetRawText());

    private static async Task AssertNotFoundAsync(McpOverHttp mcp)
    {
        var reply = await mcp.AskAsync("ping", new { }, Cancellation);
        Assert.Equal((404, -32001, mcp.LastId), ((int)reply.Status, reply.Code, reply.Message.GetProperty("id").GetInt64()));
    }

    private static string Flip(string id) => id[..20] + (id[20] == 'A' ? 'B' : 'A') + id[21..];

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["program"] = await FixtureServer.StdioAsync(cancellationToken),
            ["everything"] = await EverythingOverHttpAsync(cancellationToken),
        };
    }
}
