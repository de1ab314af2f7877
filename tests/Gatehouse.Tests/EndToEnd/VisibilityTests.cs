using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What somebody may not use is not there: neither to see nor to call, nor to guess at.</summary>
public sealed class VisibilityTests(VisibilityTests.Gatehouses gatehouses, PostgresServer postgres) : IClassFixture<VisibilityTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, Speech> Ways => [.. from topology in Enum.GetValues<Topology>() from speech in Enum.GetValues<Speech>() select (topology, speech)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task An_excluded_tool_is_neither_listed_nor_callable_at_any_endpoint(Topology topology, Speech speech)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        foreach (var server in new[] { "web", "program" })
        {
            await AssertHiddenAsync(await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation), $"{server}__");
            await AssertHiddenAsync(await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation, server), "");
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task Whoever_is_in_none_of_a_servers_groups_is_answered_as_if_it_did_not_exist(Topology topology, Speech speech)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var alice = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation);
        var bob = await gatehouse.EnterAsync(Harness.Bob, speech, Cancellation);
        Assert.Contains("staff__echo", await alice.NamesAsync("tools/list", Cancellation));
        Assert.Contains("\"arguments\"", (await alice.CallAsync("staff__echo", new { }, Cancellation)).Text, StringComparison.Ordinal);

        foreach (var method in new[] { "tools/list", "prompts/list", "resources/list", "resources/templates/list" })
        {
            var list = await bob.AskAsync(method, new { }, Cancellation);
            Assert.DoesNotContain("staff", list.Body, StringComparison.Ordinal);
        }

        await AssertSameAsync(bob, "tools/call", name => new { name = $"{name}__echo", arguments = new { } });
        await AssertSameAsync(bob, "prompts/get", name => new { name = $"{name}__greet", arguments = new { language = "finnish" } });
        await AssertSameAsync(bob, "completion/complete", name => new { @ref = new { type = "ref/prompt", name = $"{name}__greet" }, argument = new { name = "language", value = "e" } });
        await AssertSameAsync(bob, "resources/read", name => new { uri = $"{name}://greeting" });

        var refused = await gatehouse.AuditAsync(new AuditQuery { User = Harness.Bob, Action = AuditAction.Call, Outcome = AuditOutcome.Refused }, 2, Cancellation);
        Assert.All(refused, call => Assert.Contains("not for this user", call.Reason, StringComparison.Ordinal));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task The_endpoint_of_a_server_that_is_not_for_the_user_is_the_endpoint_of_none(Topology topology)
    {
        var server = await FixtureServer.StdioAsync(Cancellation);
        await using var gatehouse = await Harness.StartAsync(
            topology, postgres, new Dictionary<string, ServerSettings> { ["staff"] = server with { RequiredGroups = ["staff"] }, ["ghost"] = server }, Cancellation);
        var staff = await gatehouse.SignInAsync(Harness.Bob, Cancellation, server: "staff");
        var ghost = await gatehouse.SignInAsync(Harness.Bob, Cancellation, server: "ghost");
        var all = await gatehouse.SignInAsync(Harness.Bob, Cancellation);
        await gatehouse.RestartAsync(Cancellation, settings => settings with
        {
            McpServers = new Dictionary<string, ServerSettings> { ["staff"] = settings.McpServers["staff"] },
        });

        var forbidden = await InitializeAsync(gatehouse.Connect(staff.AccessToken, "staff"));
        var unknown = await InitializeAsync(gatehouse.Connect(ghost.AccessToken, "ghost"));
        Assert.Equal((404, -32600), ((int)unknown.Status, unknown.Code));
        Assert.Equal(unknown.Status, forbidden.Status);
        Assert.Equal(unknown.Body, forbidden.Body.Replace("staff", "ghost", StringComparison.Ordinal));
        foreach (var token in new[] { all.AccessToken, null })
        {
            using var atForbidden = await gatehouse.Connect(token, "staff").RequestAsync(HttpMethod.Get, null, Cancellation);
            using var atUnknown = await gatehouse.Connect(token, "ghost").RequestAsync(HttpMethod.Get, null, Cancellation);
            Assert.Equal(401, (int)atUnknown.StatusCode);
            Assert.Equal(atUnknown.StatusCode, atForbidden.StatusCode);
            Assert.Equal(atUnknown.Headers.WwwAuthenticate.ToString(), atForbidden.Headers.WwwAuthenticate.ToString().Replace("staff", "ghost", StringComparison.Ordinal));
        }
    }

    private static Task<Reply> InitializeAsync(McpOverHttp mcp) => mcp.AskAsync("initialize", new { protocolVersion = McpOverHttp.LegacyVersion, capabilities = new { } }, Cancellation);

    private static async Task AssertHiddenAsync(IMcp mcp, string prefix)
    {
        var tools = await mcp.NamesAsync("tools/list", Cancellation);
        Assert.Contains($"{prefix}echo", tools);
        foreach (var hidden in new[] { $"{prefix}fail", $"{prefix}cancelled_count" })
        {
            Assert.DoesNotContain(hidden, tools);
            var called = await mcp.CallAsync(hidden, new { }, Cancellation);
            Assert.Equal((200, -32602), ((int)called.Status, called.Code));
            Assert.DoesNotContain("as asked", called.Body, StringComparison.Ordinal);
        }
    }

    private static async Task AssertSameAsync(IMcp mcp, string method, Func<string, object> parameters)
    {
        var (staff, first) = (await mcp.AskAsync(method, parameters("staff"), Cancellation), mcp.LastId);
        var (ghost, second) = (await mcp.AskAsync(method, parameters("ghost"), Cancellation), mcp.LastId);
        Assert.Equal(ghost.Status, staff.Status);
        Assert.Equal(ghost.Code, staff.Code);
        Assert.Equal(ghost.Body, staff.Body.Replace("staff", "ghost", StringComparison.Ordinal).Replace($"\"id\":{first}", $"\"id\":{second}", StringComparison.Ordinal));
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            string[] excluded = ["fail", "cancelled_*"];
            return new Dictionary<string, ServerSettings>
            {
                ["web"] = await FixtureOverHttpAsync(cancellationToken) with { ExcludedTools = excluded },
                ["program"] = await FixtureServer.StdioAsync(cancellationToken) with { ExcludedTools = excluded },
                ["staff"] = await FixtureServer.StdioAsync(cancellationToken) with { RequiredGroups = ["staff", "owners"] },
            };
        }
    }
}
