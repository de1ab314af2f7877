using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Servers that ask their client something, through <c>/mcp</c>: the right client is asked, and the right server hears.</summary>
public sealed class ServerRequestTests(ServerRequestTests.Gatehouses gatehouses) : IClassFixture<ServerRequestTests.Gatehouses>
{
    private static readonly object _everythingThereIs = new { roots = new { listChanged = true }, sampling = new { }, elicitation = new { form = new { }, url = new { } } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology> Topologies => [.. Enum.GetValues<Topology>()];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Topologies))]
    public async Task A_client_is_asked_in_the_middle_of_a_call_and_the_server_hears_its_answer(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice, _everythingThereIs);
        Assert.Contains("sampled by alice", await AskedAsync(mcp, "one__trigger-sampling-request", new { prompt = "p", maxTokens = 5 }, "sampling/createMessage",
            new { role = "assistant", model = "m", content = new { type = "text", text = "sampled by alice" } }), StringComparison.Ordinal);
        Assert.Contains("Ada", await AskedAsync(mcp, "one__trigger-elicitation-request", new { }, "elicitation/create", new { action = "accept", content = new { name = "Ada" } }), StringComparison.Ordinal);
        Assert.Contains("decline", await AskedAsync(mcp, "two__trigger-url-elicitation", new { url = "https://example.com/connect", elicitationId = "e1" }, "elicitation/create", new { action = "decline" }), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Topologies))]
    public async Task A_server_knows_what_its_client_cannot_do(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice, new { elicitation = new { } });
        Assert.Contains("cancel", await AskedAsync(mcp, "one__trigger-elicitation-request", new { }, "elicitation/create", new { action = "cancel" }), StringComparison.Ordinal);
        var unable = await mcp.CallAsync("one__trigger-sampling-request", new { prompt = "p" }, Cancellation);
        Assert.Contains("not found", unable.Body, StringComparison.Ordinal);
    }

    /// <summary>Both count their requests from 0.</summary>
    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Topologies))]
    public async Task Two_servers_that_ask_under_the_same_id_are_told_apart(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice, new { sampling = new { } });
        using var one = await mcp.OpenAsync("tools/call", new { name = "one__trigger-sampling-request", arguments = new { prompt = "p" } }, Cancellation);
        using var two = await mcp.OpenAsync("tools/call", new { name = "two__trigger-sampling-request", arguments = new { prompt = "p" } }, Cancellation);
        await using var fromOne = McpOverHttp.MessagesAsync(one, Cancellation).GetAsyncEnumerator(Cancellation);
        await using var fromTwo = McpOverHttp.MessagesAsync(two, Cancellation).GetAsyncEnumerator(Cancellation);
        var (askedByOne, askedByTwo) = (await NextAsync(fromOne), await NextAsync(fromTwo));
        Assert.NotEqual(askedByOne.GetProperty("id").GetString(), askedByTwo.GetProperty("id").GetString());
        Assert.Equal(202, (int)await mcp.AnswerAsync(askedByTwo, Sampled("for two"), Cancellation));
        Assert.Equal(202, (int)await mcp.AnswerAsync(askedByOne, Sampled("for one"), Cancellation));
        Assert.Contains("for one", (await NextAsync(fromOne)).GetRawText(), StringComparison.Ordinal);
        Assert.Contains("for two", (await NextAsync(fromTwo)).GetRawText(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Topologies))]
    public async Task Nobody_else_answers_for_a_client(Topology topology)
    {
        var alice = await EnterAsync(topology, Harness.Alice, new { sampling = new { } });
        var bob = await EnterAsync(topology, Harness.Bob, new { sampling = new { } });
        using var call = await alice.OpenAsync("tools/call", new { name = "one__trigger-sampling-request", arguments = new { prompt = "p" } }, Cancellation);
        await using var messages = McpOverHttp.MessagesAsync(call, Cancellation).GetAsyncEnumerator(Cancellation);
        var asked = await NextAsync(messages);
        Assert.Equal(400, (int)await bob.AnswerAsync(asked, Sampled("by bob"), Cancellation));
        foreach (var madeUp in new[] { "0", "\"0\"", "\"bm9uZQ\"" })
        {
            using var refused = await alice.PostAsync($$$"""{"jsonrpc":"2.0","id":{{{madeUp}}},"result":{}}""", Cancellation);
            Assert.Equal(400, (int)refused.StatusCode);
        }

        Assert.Equal(202, (int)await alice.AnswerAsync(asked, Sampled("by alice"), Cancellation));
        Assert.Contains("by alice", (await NextAsync(messages)).GetRawText(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Topologies))]
    public async Task Roots_are_asked_for_on_the_sessions_stream_and_again_when_they_change(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice, new { roots = new { listChanged = true } });
        using var stream = await mcp.ListenAsync(Cancellation);
        await using var messages = McpOverHttp.MessagesAsync(stream, Cancellation).GetAsyncEnumerator(Cancellation);
        await mcp.CallAsync("one__echo", new { message = "hello" }, Cancellation);
        Assert.Equal(202, (int)await mcp.AnswerAsync(await UntilAsync(messages, "roots/list"), new { roots = new[] { new { uri = "file:///first" } } }, Cancellation));
        await UntilAsync(messages, "notifications/message");
        Assert.Contains("file:///first", (await mcp.CallAsync("one__get-roots-list", new { }, Cancellation)).Text, StringComparison.Ordinal);
        using var told = await mcp.PostAsync("""{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""", Cancellation);
        Assert.Equal(202, (int)told.StatusCode);
        Assert.Equal(202, (int)await mcp.AnswerAsync(await UntilAsync(messages, "roots/list"), new { roots = new[] { new { uri = "file:///second" } } }, Cancellation));
        await UntilAsync(messages, "notifications/message");
        Assert.Contains("file:///second", (await mcp.CallAsync("one__get-roots-list", new { }, Cancellation)).Text, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Topologies))]
    public async Task Log_messages_and_updated_resources_come_on_the_sessions_stream(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var mcp = gatehouse.Connect((await gatehouse.SignInAsync(Harness.Alice, Cancellation)).AccessToken);
        var capabilities = (await mcp.InitializeAsync(Cancellation)).GetProperty("capabilities");
        Assert.Equal("{}", capabilities.GetProperty("logging").GetRawText());
        Assert.True(capabilities.GetProperty("resources").GetProperty("subscribe").GetBoolean());
        Assert.True(capabilities.GetProperty("tools").GetProperty("listChanged").GetBoolean());
        using var stream = await mcp.ListenAsync(Cancellation);
        await using var messages = McpOverHttp.MessagesAsync(stream, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal("{}", (await mcp.AskAsync("logging/setLevel", new { level = "debug" }, Cancellation)).Result.GetRawText());
        Assert.Equal(-32602, (await mcp.AskAsync("logging/setLevel", new { level = "shouting" }, Cancellation)).Code);
        await mcp.NamesAsync("resources/templates/list", Cancellation);
        Assert.Equal("{}", (await mcp.AskAsync("resources/subscribe", new { uri = "demo://resource/dynamic/text/1" }, Cancellation)).Result.GetRawText());

        // The server says so at once, in case somebody listens already.
        await UntilAsync(messages, "notifications/message");
        await mcp.CallAsync("one__toggle-subscriber-updates", new { }, Cancellation);
        var updated = await UntilAsync(messages, "notifications/resources/updated");
        Assert.Equal("demo://resource/dynamic/text/1", updated.GetProperty("params").GetProperty("uri").GetString());
        await mcp.CallAsync("one__toggle-subscriber-updates", new { }, Cancellation);
        Assert.Equal("{}", (await mcp.AskAsync("resources/unsubscribe", new { uri = "demo://resource/dynamic/text/1" }, Cancellation)).Result.GetRawText());
        Assert.Equal(-32602, (await mcp.AskAsync("resources/subscribe", new { }, Cancellation)).Code);
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Topologies))]
    public async Task A_program_of_one_session_is_greeted_by_its_client_and_asks_it(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var mcp = gatehouse.Connect((await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: "own")).AccessToken, "own");
        var capabilities = (await mcp.InitializeAsync(new { sampling = new { } }, Cancellation)).GetProperty("capabilities");
        Assert.Equal("{}", capabilities.GetProperty("logging").GetRawText());
        Assert.True(capabilities.GetProperty("resources").GetProperty("subscribe").GetBoolean());
        Assert.Contains("sampled by alice", await AskedAsync(mcp, "trigger-sampling-request", new { prompt = "p", maxTokens = 5 }, "sampling/createMessage", Sampled("sampled by alice")), StringComparison.Ordinal);
        Assert.DoesNotContain("trigger-elicitation-request", await mcp.NamesAsync("tools/list", Cancellation));

        var all = await EnterAsync(topology, Harness.Bob, _everythingThereIs);
        Assert.Contains("Bob", await AskedAsync(all, "own__trigger-elicitation-request", new { }, "elicitation/create", new { action = "accept", content = new { name = "Bob" } }), StringComparison.Ordinal);
        using var ended = await mcp.RequestAsync(HttpMethod.Delete, null, Cancellation);
        Assert.Equal(204, (int)ended.StatusCode);
    }

    private static object Sampled(string text) => new { role = "assistant", model = "m", content = new { type = "text", text } };

    private static async Task<string> AskedAsync(McpOverHttp mcp, string tool, object arguments, string method, object answer)
    {
        using var call = await mcp.OpenAsync("tools/call", new { name = tool, arguments }, Cancellation);
        await using var messages = McpOverHttp.MessagesAsync(call, Cancellation).GetAsyncEnumerator(Cancellation);

        // A program of the session's own may tell other news in the same stream.
        Assert.Equal(202, (int)await mcp.AnswerAsync(await UntilAsync(messages, method), answer, Cancellation));
        while (true)
        {
            if ((await NextAsync(messages)).TryGetProperty("result", out var result)) return result.GetRawText();
        }
    }

    private static async Task<JsonElement> NextAsync(IAsyncEnumerator<JsonElement> messages)
    {
        Assert.True(await messages.MoveNextAsync(), "the stream ended");
        return messages.Current;
    }

    private static async Task<JsonElement> UntilAsync(IAsyncEnumerator<JsonElement> messages, string method)
    {
        while (true)
        {
            var message = await NextAsync(messages);
            if (message.TryGetProperty("method", out var said) && said.ValueEquals(method)) return message;
        }
    }

    private async Task<McpOverHttp> EnterAsync(Topology topology, string user, object capabilities)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var mcp = gatehouse.Connect((await gatehouse.SignInAsync(user, Cancellation)).AccessToken);
        await mcp.InitializeAsync(capabilities, Cancellation);
        return mcp;
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        /// <summary>One program under two names: sessions of their own, and the same ids in each. And one over stdio, for each session.</summary>
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            var everything = await EverythingOverHttpAsync(cancellationToken);
            return new Dictionary<string, ServerSettings>
            {
                ["one"] = everything,
                ["two"] = everything,
                ["own"] = await EverythingServer.StdioAsync(cancellationToken) with { Pool = StdioPool.PerSession },
            };
        }
    }
}
