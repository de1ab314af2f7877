using System.Text.Json;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary><c>/mcp</c>: many servers as one, and what names and URIs lead to.</summary>
public sealed class MergedListTests(MergedListTests.Gatehouses gatehouses) : IClassFixture<MergedListTests.Gatehouses>
{
    private const string Greeting = "fixture://greeting";
    private const string Notes = "fixture://notes/{id}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, Speech> Ways => [.. from topology in Enum.GetValues<Topology>() from speech in Enum.GetValues<Speech>() select (topology, speech)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task Every_page_of_every_server_is_there_in_the_order_of_the_configuration(Topology topology, Speech speech)
    {
        var mcp = await EnterAsync(topology, speech);
        string[] own = ["echo", "slow", "cancelled_count", "change", "crash", "fail"];
        var paged = from page in Enumerable.Range(1, 3) from tool in Enumerable.Range(1, 10) select $"page_{page}_tool_{tool}";
        string[] expected = [.. own.Concat(paged).Select(tool => $"zeta__{tool}"), .. own.Select(tool => $"alpha__{tool}")];

        var tools = await mcp.NamesAsync("tools/list", Cancellation);

        Assert.Equal(expected, tools.Where(tool => !tool.StartsWith("everything__", StringComparison.Ordinal)));
        var legacy = tools.Skip(expected.Length);
        if (speech is Speech.Legacy) Assert.Contains("everything__echo", legacy);
        else Assert.Empty(legacy);
        Assert.Equal(["zeta__greet", "alpha__greet"], (await mcp.NamesAsync("prompts/list", Cancellation)).Take(2));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_uri_that_two_servers_have_is_listed_once_and_read_from_the_first(Topology topology, Speech speech)
    {
        var since = TimeProvider.System.GetUtcNow();
        var mcp = await EnterAsync(topology, speech);
        Assert.Single(await mcp.NamesAsync("resources/list", Cancellation), Greeting);
        Assert.Single(await mcp.NamesAsync("resources/templates/list", Cancellation), Notes);
        await ReadAsync(mcp, Greeting);
        var read = await (await gatehouses.InAsync(topology, Cancellation)).AuditAsync(new AuditQuery { Action = AuditAction.Read, Since = since }, 1, Cancellation);
        Assert.Equal("zeta", Assert.Single(read).Server);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_dead_server_is_named_and_takes_nothing_from_the_others(Topology topology, Speech speech)
    {
        var since = TimeProvider.System.GetUtcNow();
        var mcp = await EnterAsync(topology, speech);
        var reply = await mcp.AskAsync("tools/list", new { }, Cancellation);

        Assert.Contains("alpha__echo", reply.Names("tools/list"));
        var upstreams = reply.Result.GetProperty("_meta").GetProperty("io.gatehouse/upstreams");
        Assert.Equal(["zeta", "nothing", "nobody", "alpha", "everything"], upstreams.EnumerateObject().Select(server => server.Name));
        Assert.Equal(["ok", "unavailable", "unavailable", "ok", speech is Speech.Legacy ? "ok" : "unavailable"], upstreams.EnumerateObject().Select(StatusOf));
        Assert.All(["nothing", "nobody"], server => Assert.StartsWith("is down: ", upstreams.GetProperty(server).GetProperty("reason").GetString(), StringComparison.Ordinal));

        foreach (var dead in new[] { "nothing", "nobody" })
        {
            var called = await mcp.CallAsync($"{dead}__echo", new { }, Cancellation);
            Assert.Equal((502, -32603, mcp.LastId), ((int)called.Status, called.Code, called.Message.GetProperty("id").GetInt64()));
            Assert.Contains(dead, called.Body, StringComparison.Ordinal);
        }

        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var list = Assert.Single(await gatehouse.AuditAsync(new AuditQuery { Action = AuditAction.List, Since = since }, 1, Cancellation));
        Assert.Equal(AuditOutcome.Failed, list.Outcome);
        Assert.Contains("nobody is down", list.Reason, StringComparison.Ordinal);
        var calls = await gatehouse.AuditAsync(new AuditQuery { Action = AuditAction.Call, Since = since }, 2, Cancellation);
        Assert.Equal(["nothing", "nobody"], calls.Select(call => call.Server));
        Assert.All(calls, call => Assert.Equal(AuditOutcome.Unreachable, call.Outcome));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_name_leads_to_its_server(Topology topology, Speech speech)
    {
        var mcp = await EnterAsync(topology, speech);
        Assert.Equal("page 3, tool 7", (await mcp.CallAsync("zeta__page_3_tool_7", new { }, Cancellation)).Text);
        Assert.Contains("\"headers\"", (await mcp.CallAsync("alpha__echo", new { }, Cancellation)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"headers\"", (await mcp.CallAsync("zeta__echo", new { }, Cancellation)).Text, StringComparison.Ordinal);
        foreach (var server in new[] { "zeta", "alpha" })
        {
            var prompt = await mcp.AskAsync("prompts/get", new { name = $"{server}__greet", arguments = new { language = "finnish" } }, Cancellation);
            Assert.Equal("Say hello in finnish.", prompt.Result.GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString());
        }

        foreach (var unknown in new[] { "zeta", "zeta__", "__echo", "beta__echo", "echo" })
        {
            var reply = await mcp.CallAsync(unknown, new { }, Cancellation);
            Assert.Equal((200, -32602), ((int)reply.Status, reply.Code));
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_resource_is_found_by_its_uri_by_a_template_or_not_at_all(Topology topology, Speech speech)
    {
        var mcp = await EnterAsync(topology, speech);
        Assert.Equal("hello", await ReadAsync(mcp, Greeting));
        Assert.Equal("note one", await ReadAsync(mcp, "fixture://notes/one"));
        var unknown = await mcp.AskAsync("resources/read", new { uri = "nowhere://x" }, Cancellation);
        Assert.Equal((200, speech is Speech.Legacy ? -32002 : -32602), ((int)unknown.Status, unknown.Code));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_prompts_argument_and_a_templates_variable_are_completed_even_before_anything_was_listed(Topology topology, Speech speech)
    {
        var mcp = await EnterAsync(topology, speech);
        Assert.Equal(["english", "esperanto"], await CompleteAsync(new { type = "ref/prompt", name = "alpha__greet" }, "language", "e"));
        Assert.Equal(["two", "three"], await CompleteAsync(new { type = "ref/resource", uri = Notes }, "id", "t"));

        async Task<IEnumerable<string?>> CompleteAsync(object reference, string name, string value)
        {
            var reply = await mcp.AskAsync("completion/complete", new { @ref = reference, argument = new { name, value } }, Cancellation);
            return reply.Result.GetProperty("completion").GetProperty("values").EnumerateArray().Select(each => each.GetString());
        }
    }

    private async Task<IMcp> EnterAsync(Topology topology, Speech speech) =>
        await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, speech, Cancellation);

    private static async Task<string?> ReadAsync(IMcp mcp, string uri) =>
        (await mcp.AskAsync("resources/read", new { uri }, Cancellation)).Result.GetProperty("contents")[0].GetProperty("text").GetString();

    private static string? StatusOf(JsonProperty server) => server.Value.GetProperty("status").GetString();

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["zeta"] = await FixtureServer.StdioAsync(cancellationToken, ("PAGES", "3")),
            ["nothing"] = new ServerSettings { Command = "/nonexistent/program" },
            ["nobody"] = new ServerSettings { Url = new Uri($"http://127.0.0.1:{Ports.Free()}/mcp") },
            ["alpha"] = await FixtureOverHttpAsync(cancellationToken),
            ["everything"] = await EverythingServer.StdioAsync(cancellationToken),
        };
    }
}
