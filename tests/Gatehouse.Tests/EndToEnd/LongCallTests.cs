using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Calls that take their time: progress, cancellation, timeouts, failures of the tool itself.</summary>
public sealed class LongCallTests(LongCallTests.Gatehouses gatehouses) : IClassFixture<LongCallTests.Gatehouses>
{
    private static readonly object _endless = new { steps = 3000, delay = 20 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, Speech, string> Ways =>
        [.. from topology in Enum.GetValues<Topology>() from speech in Enum.GetValues<Speech>() from server in new[] { "web", "program" } select (topology, speech, server)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task Progress_comes_before_the_answer_and_in_order(Topology topology, Speech speech, string server)
    {
        var mcp = await EnterAsync(topology, speech);
        var reply = await mcp.AskAsync("tools/call", Slow(server, new { steps = 3, delay = 5 }), Cancellation);
        Assert.Equal("done after 3 steps", reply.Text);
        Assert.Equal([1, 2, 3], reply.Before.Select(message => message.GetProperty("params").GetProperty("progress").GetInt32()));
        Assert.All(reply.Before, message => Assert.Equal("my-token", message.GetProperty("params").GetProperty("progressToken").GetString()));
    }

    /// <summary>Were progress held back until there is enough of it, or until the answer, the first one would come after the test's time.</summary>
    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Ways))]
    public async Task Progress_comes_at_once_and_a_cancellation_reaches_the_tool(Topology topology, Speech speech, string server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var since = TimeProvider.System.GetUtcNow();
        var mcp = await EnterAsync(topology, speech);
        var before = await CountAsync(mcp, server);

        var response = await mcp.OpenAsync("tools/call", Slow(server, _endless), Cancellation);
        var id = mcp.LastId;
        await using var messages = McpOverHttp.MessagesAsync(response, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("notifications/progress", messages.Current.GetProperty("method").GetString());
        if (mcp is McpOverHttp legacy)
        {
            using var accepted = await legacy.PostAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}}}}""", Cancellation);
            Assert.Equal(202, (int)accepted.StatusCode);
            while (await messages.MoveNextAsync()) Assert.Equal("notifications/progress", messages.Current.GetProperty("method").GetString());
        }

        response.Dispose();
        await WaitForCancelledAsync(mcp, server, before);
        var call = Assert.Single(await gatehouse.AuditAsync(new AuditQuery { Target = "slow", Server = server, Since = since }, 1, Cancellation));
        Assert.Equal((AuditOutcome.Cancelled, Harness.Alice), (call.Outcome, call.User));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Topology.Embedded, "web")]
    [InlineData(Topology.Embedded, "program")]
    [InlineData(Topology.Split, "web")]
    [InlineData(Topology.Split, "program")]
    public async Task A_call_of_the_same_id_in_another_session_is_not_cancelled(Topology topology, string server)
    {
        var (alice, bob) = ((McpOverHttp)await EnterAsync(topology, Speech.Legacy), (McpOverHttp)await EnterAsync(topology, Speech.Legacy, Harness.Bob));
        var call = alice.AskAsync("tools/call", Slow(server, new { steps = 20, delay = 20 }), Cancellation);
        using var accepted = await bob.PostAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{alice.LastId}}}}}""", Cancellation);
        Assert.Equal("done after 20 steps", (await call).Text);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Ways))]
    public async Task A_server_that_does_not_answer_in_time_is_given_up_and_told_so(Topology topology, Speech speech, string server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var since = TimeProvider.System.GetUtcNow();
        var mcp = await EnterAsync(topology, speech);
        var hasty = $"hasty-{server}";
        var before = await CountAsync(mcp, hasty);

        var reply = await mcp.CallAsync($"{hasty}__slow", new { steps = 1, delay = 60_000 }, Cancellation);

        // The legacy fixture over HTTP opens its stream at once, and then the status has gone out.
        var status = speech == Speech.Legacy && server == "web" ? 200 : 504;
        Assert.Equal((status, -32603, mcp.LastId), ((int)reply.Status, reply.Code, reply.Message.GetProperty("id").GetInt64()));
        Assert.Contains(hasty, reply.Body, StringComparison.Ordinal);
        var call = Assert.Single(await gatehouse.AuditAsync(new AuditQuery { Target = "slow", Server = hasty, Since = since }, 1, Cancellation));
        Assert.Equal(AuditOutcome.TimedOut, call.Outcome);
        Assert.InRange(call.Duration, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(20));
        await WaitForCancelledAsync(mcp, hasty, before);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Ways))]
    public async Task Progress_renews_the_time(Topology topology, Speech speech, string server)
    {
        var mcp = await EnterAsync(topology, speech);
        var reply = await mcp.AskAsync("tools/call", Slow($"hasty-{server}", new { steps = 8, delay = 300 }), Cancellation);
        Assert.Equal("done after 8 steps", reply.Text);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_subscription_may_be_quiet_for_longer_than_a_call(Topology topology)
    {
        var mcp = await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Modern, Cancellation, "hasty-web");
        var parameters = new { notifications = new { toolsListChanged = true } };
        using var response = await mcp.OpenAsync("subscriptions/listen", parameters, Cancellation);
        await using var messages = McpOverHttp.MessagesAsync(response, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("notifications/subscriptions/acknowledged", messages.Current.GetProperty("method").GetString());

        var next = messages.MoveNextAsync().AsTask();
        var call = await mcp.AskAsync("tools/call", new { name = "slow", arguments = new { steps = 9, delay = 300 }, _meta = new { progressToken = "my-token" } }, Cancellation);

        Assert.Equal("done after 9 steps", call.Text);
        Assert.False(next.IsCompleted);
        response.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => next);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Ways))]
    public async Task A_tool_that_fails_has_failed_on_record(Topology topology, Speech speech, string server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var since = TimeProvider.System.GetUtcNow();
        var mcp = await EnterAsync(topology, speech);
        var reply = await mcp.CallAsync($"{server}__fail", new { }, Cancellation);
        Assert.True(reply.Result.GetProperty("isError").GetBoolean());
        Assert.Equal("it failed, as asked", reply.Text);
        var call = Assert.Single(await gatehouse.AuditAsync(new AuditQuery { Target = "fail", Server = server, Since = since }, 1, Cancellation));
        Assert.Equal(AuditOutcome.Failed, call.Outcome);
    }

    private async Task<IMcp> EnterAsync(Topology topology, Speech speech, string user = Harness.Alice) =>
        await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(user, speech, Cancellation);

    private static object Slow(string server, object arguments) => new { name = $"{server}__slow", arguments, _meta = new { progressToken = "my-token" } };

    private static async Task<int> CountAsync(IMcp mcp, string server) =>
        int.Parse((await mcp.CallAsync($"{server}__cancelled_count", new { }, Cancellation)).Text, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task WaitForCancelledAsync(IMcp mcp, string server, int before)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await CountAsync(mcp, server) == before) await ticks.WaitForNextTickAsync(Cancellation);
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["web"] = await FixtureOverHttpAsync(cancellationToken),
            ["program"] = await FixtureServer.StdioAsync(cancellationToken),
            ["hasty-web"] = await FixtureOverHttpAsync(cancellationToken) with { Timeout = 2 },
            ["hasty-program"] = await FixtureServer.StdioAsync(cancellationToken) with { Timeout = 2 },
        };
    }
}
