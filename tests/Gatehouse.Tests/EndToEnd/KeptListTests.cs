using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Lists from memory: how often servers are asked, and that what clients see is true all the same.</summary>
public sealed class KeptListTests(KeptListTests.Gatehouses gatehouses) : IClassFixture<KeptListTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, Speech> Ways => [.. from topology in Enum.GetValues<Topology>() from speech in Enum.GetValues<Speech>() select (topology, speech)];

    /// <summary>The attack: whoever comes second would get what was listed for the first.</summary>
    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task Nobody_is_shown_what_a_server_lists_for_somebody_else(Topology topology, Speech speech)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        IMcp[] users = [await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation), await gatehouse.EnterAsync(Harness.Bob, speech, Cancellation)];
        var lists = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => users[number % 2].NamesAsync("tools/list", Cancellation)));
        for (var number = 0; number < lists.Length; number++)
        {
            Assert.Equal(number % 2 == 0, lists[number].Contains("told__alice"));
            Assert.Equal(number % 2 == 1, lists[number].Contains("told__bob"));
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_thousand_lists_are_one_request_and_each_is_on_record(Topology topology, Speech speech)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var server = gatehouses.ServerOf(gatehouse, "steady");
        var since = TimeProvider.System.GetUtcNow();
        var mcp = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation);
        var first = await mcp.AskAsync("tools/list", new { }, Cancellation);
        var asked = server.Asked;
        var replies = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => mcp.AskAsync("tools/list", new { }, Cancellation)));

        Assert.All(replies, reply => Assert.Equal(first.Names("tools/list"), reply.Names("tools/list")));
        Assert.Equal(1000, replies.Select(reply => reply.Message.GetProperty("id").GetInt64()).Distinct().Count());
        Assert.Equal(asked, server.Asked);
        var rows = await gatehouse.AuditAsync(new AuditQuery { Action = AuditAction.List, Since = since, Limit = 5000 }, 1000, Cancellation);
        Assert.All(rows.TakeLast(1000), row => Assert.Equal((AuditOutcome.Ok, true), (row.Outcome, row.ResponseBytes > 100)));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task What_a_server_announces_is_there_at_once(Topology topology, Speech speech)
    {
        var (gatehouse, server) = await EnterAsync(topology);
        var mcp = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation);
        foreach (var name in new[] { "one_day", "another_day" }) await ChangedAsync(mcp, server, name);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_server_that_is_down_keeps_its_place_marked_as_old_until_it_is_back(Topology topology, Speech speech)
    {
        var (gatehouse, server) = await EnterAsync(topology);
        var mcp = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation);
        await ChangedAsync(mcp, server, "before");

        await server.StopAsync();
        await mcp.CallAsync("plain__before", new { }, Cancellation);
        var old = await UntilAsync(mcp, reply => StatusOf(reply).GetProperty("status").GetString() == "stale");
        Assert.Contains("plain__before", old.Names("tools/list"));
        Assert.Contains("fixture__echo", old.Names("tools/list"));
        Assert.Matches("^(is down|cannot be reached): ", StatusOf(old).GetProperty("reason").GetString());
        if (speech is Speech.Modern) Assert.Equal(0, old.Result.GetProperty("ttlMs").GetInt64());

        server.Tools = ["after"];
        await server.StartAsync(Cancellation);
        var back = await UntilAsync(mcp, reply => StatusOf(reply).GetProperty("status").GetString() == "ok");
        Assert.Contains("plain__after", back.Names("tools/list"));
        Assert.DoesNotContain("plain__before", back.Names("tools/list"));
    }

    /// <summary>Changes the tools, and lists until the change is there.</summary>
    private static async Task<Reply> ChangedAsync(IMcp mcp, ListServer server, string name)
    {
        await UntilAsync(mcp, reply => StatusOf(reply).GetProperty("status").GetString() == "ok");
        server.Tools = [name];
        server.Announce();
        return await UntilAsync(mcp, reply => reply.Names("tools/list").Contains($"plain__{name}"));
    }

    private static async Task<Reply> UntilAsync(IMcp mcp, Func<Reply, bool> holds)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var reply = await mcp.AskAsync("tools/list", new { }, Cancellation);
            if (holds(reply)) return reply;
            await ticks.WaitForNextTickAsync(Cancellation);
        }
    }

    private static System.Text.Json.JsonElement StatusOf(Reply reply) => reply.Result.GetProperty("_meta").GetProperty("io.gatehouse/upstreams").GetProperty("plain");

    private async Task<(Harness Gatehouse, ListServer Server)> EnterAsync(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        return (gatehouse, gatehouses.ServerOf(gatehouse, "plain"));
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        private readonly List<ListServer> _servers = [];

        internal ListServer ServerOf(Harness gatehouse, string name) => _servers.Single(server => server.Settings.Url == gatehouse.Settings.McpServers[name].Url);

        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            // Good for a day, so that only an announcement is a reason to ask.
            var plain = new ListServer { Hints = "\"ttlMs\":86400000,\"cacheScope\":\"public\"" };
            var told = new ListServer { Hints = "\"ttlMs\":86400000,\"cacheScope\":\"private\"" };
            var steady = new ListServer { Declares = false, Hints = "\"ttlMs\":86400000,\"cacheScope\":\"public\"" };
            _servers.AddRange([plain, told, steady]);
            foreach (var server in _servers.TakeLast(3)) await server.StartAsync(cancellationToken);
            return new Dictionary<string, ServerSettings>
            {
                ["plain"] = plain.Settings,
                ["told"] = told.Settings with { ForwardUser = new ForwardUserSettings { Header = "X-User" } },
                ["steady"] = steady.Settings with { ListTtl = 3600 },
                ["fixture"] = await FixtureServer.StdioAsync(cancellationToken),
            };
        }
    }
}
