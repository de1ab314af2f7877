using System.Net.ServerSentEvents;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>A connection that breaks loses nothing: its client comes back with the last event it has (MCP 2025-11-25, "Resumability and Redelivery").</summary>
public sealed class ResumeTests(ResumeTests.Gatehouses gatehouses) : IClassFixture<ResumeTests.Gatehouses>
{
    private const int Steps = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All servers; a program; a server over HTTP whose own streams have no ids.</summary>
    public static TheoryData<Topology, string?> Endpoints =>
        [.. from topology in Enum.GetValues<Topology>() from server in new[] { null, "program", "plain" } select (topology, server)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_broken_answer_is_taken_up_again_without_loss_or_repetition(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, Harness.Alice, server);
        var all = new List<SseItem<string>>();
        using (var call = await CallAsync(mcp, server))
        {
            await foreach (var item in McpOverHttp.EventsAsync(call, Cancellation))
            {
                all.Add(item);
                if (all.Count == 5) break;
            }
        }

        // Breaks once more on the way.
        using (var again = await mcp.ListenAsync(Cancellation, all[^1].EventId))
        {
            await foreach (var item in McpOverHttp.EventsAsync(again, Cancellation))
            {
                all.Add(item);
                if (all.Count == 12) break;
            }
        }

        using var rest = await mcp.ListenAsync(Cancellation, all[^1].EventId);
        await foreach (var item in McpOverHttp.EventsAsync(rest, Cancellation)) all.Add(item);
        Assert.Equal("", all[0].Data);
        Assert.NotNull(all[0].ReconnectionInterval);
        Assert.Equal(all.Count, all.Select(item => item.EventId).Distinct().Count());
        var messages = all.Skip(1).Select(item => JsonSerializer.Deserialize<JsonElement>(item.Data)).ToList();
        Assert.Equal(Enumerable.Range(1, Steps), messages.SkipLast(1).Select(message => message.GetProperty("params").GetProperty("progress").GetInt32()));
        Assert.Contains($"done after {Steps} steps", messages[^1].GetRawText(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task An_answer_that_was_broken_at_its_end_is_still_there(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, Harness.Alice, server);
        string first;
        using (var call = await CallAsync(mcp, server))
        {
            await using var events = McpOverHttp.EventsAsync(call, Cancellation).GetAsyncEnumerator(Cancellation);
            Assert.True(await events.MoveNextAsync());
            first = events.Current.EventId!;
        }

        // Read twice: having been read is no reason to be gone.
        for (var time = 0; time < 2; time++)
        {
            using var whole = await mcp.ListenAsync(Cancellation, first);
            var data = new List<string>();
            await foreach (var item in McpOverHttp.EventsAsync(whole, Cancellation)) data.Add(item.Data);
            Assert.Equal(Steps + 1, data.Count);
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task What_somebody_else_was_told_is_not_repeated_to_others(Topology topology, string? server)
    {
        var alice = await EnterAsync(topology, Harness.Alice, server);
        var alicesOther = await EnterAsync(topology, Harness.Alice, server);
        var bob = await EnterAsync(topology, Harness.Bob, server);
        using var call = await CallAsync(alice, server);
        await using var events = McpOverHttp.EventsAsync(call, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        var id = events.Current.EventId!;
        foreach (var other in new[] { alicesOther, bob })
        {
            using var refused = await other.ListenAsync(Cancellation, id);
            Assert.InRange((int)refused.StatusCode, 400, 405);
        }

        while (await events.MoveNextAsync()) id = events.Current.EventId!;
        Assert.EndsWith($".{Steps + 1}", id, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task Ids_that_name_nothing_are_refused(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice, null);
        using var call = await CallAsync(mcp, null);
        await using var events = McpOverHttp.EventsAsync(call, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        var id = events.Current.EventId!;
        foreach (var wrong in new[] { "1", "garbage", $"{id}9999", id.Replace('a', 's'), $"s{id[1..]}", new string('a', 5000) })
        {
            using var refused = await mcp.ListenAsync(Cancellation, wrong);
            Assert.Equal(400, (int)refused.StatusCode);
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_client_of_an_older_revision_gets_no_event_without_data(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var mcp = gatehouse.Connect((await gatehouse.SignInAsync(Harness.Alice, Cancellation)).AccessToken);
        var older = ("MCP-Protocol-Version", "2025-06-18");
        string session;
        using (var welcome = await mcp.OpenAsync("initialize", new { protocolVersion = "2025-06-18", capabilities = new { }, clientInfo = new { name = "old", version = "1" } }, Cancellation))
        {
            session = welcome.Headers.GetValues("Mcp-Session-Id").Single();
        }

        using var call = await mcp.OpenAsync(
            "tools/call", new { name = "program__slow", arguments = new { steps = 2, delay = 1 }, _meta = new { progressToken = 1 } }, Cancellation, older, ("Mcp-Session-Id", session));
        await foreach (var item in McpOverHttp.EventsAsync(call, Cancellation)) Assert.NotEqual("", item.Data);
    }

    private static Task<HttpResponseMessage> CallAsync(McpOverHttp mcp, string? server) => mcp.OpenAsync(
        "tools/call", new { name = server is null ? "program__slow" : "slow", arguments = new { steps = Steps, delay = 40 }, _meta = new { progressToken = "p" } }, Cancellation);

    private async Task<McpOverHttp> EnterAsync(Topology topology, string user, string? server) =>
        (McpOverHttp)await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(user, Speech.Legacy, Cancellation, server);

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["program"] = await FixtureServer.StdioAsync(cancellationToken),
            ["plain"] = await FixtureOverHttpAsync(cancellationToken),
        };
    }
}
