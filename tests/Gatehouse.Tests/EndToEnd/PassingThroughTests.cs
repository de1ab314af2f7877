using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What <c>/mcp</c> must not touch: questions to the user with their state, user interfaces, whatever else a server writes.</summary>
public sealed class PassingThroughTests(PassingThroughTests.Gatehouses gatehouses) : IClassFixture<PassingThroughTests.Gatehouses>
{
    /// <summary>Key order, white space, numbers, escapes, unknown members: all as no serializer would write it.</summary>
    private const string Asking = """{"requestState":"a\u002Fb\/c ü 1e400","resultType":"input_required","inputRequests": {"who":{"method":"elicitation/create","params":{"message":"Wh\u006f?","n":1.0e2}}},"unknown":[ 0.10,-0]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology> Topologies => [.. Enum.GetValues<Topology>()];

    public static TheoryData<Topology, string> Methods =>
        [.. from topology in Enum.GetValues<Topology>() from method in new[] { "tools/call", "prompts/get", "resources/read" } select (topology, method)];

    [Theory(Timeout = 120_000), MemberData(nameof(Methods))]
    public async Task A_question_and_the_answer_to_it_pass_byte_for_byte(Topology topology, string method)
    {
        var http = await ConnectAsync(topology);
        var scripted = gatehouses.Scripted;
        scripted.Results["resources/list"] = """{"resultType":"complete","resources":[{"uri":"ask://x","name":"x"}],"ttlMs":0,"cacheScope":"public"}""";
        scripted.Results[method] = Asking;
        var (named, own) = method == "resources/read" ? ("\"uri\":\"ask://x\"", "\"uri\":\"ask://x\"") : ("\"name\":\"scripted__ask\"", "\"name\":\"ask\"");
        var name = method == "resources/read" ? "ask://x" : "scripted__ask";
        if (method == "resources/read") await new ModernMcp(http).NamesAsync("resources/list", Cancellation);

        Assert.Equal($$$"""{"jsonrpc":"2.0","id":4711,"result":{{{Asking}}}}""", await PostAsync(http, method, name, Request(named, "")));
        const string Answer = """ "inputResponses" : {"who":{"action":"accept","content":{"x":1.0e2,"\u0061":"\/"}}},"requestState":"a\u002Fb\/c ü 1e400", """;
        scripted.Results[method] = """{"resultType":"complete","content":[]}""";
        await PostAsync(http, method, name, Request(named, Answer));
        Assert.Equal(Request(own, Answer), scripted.Requests.Last());

        string Request(string what, string answer) =>
            $$"""{"jsonrpc":"2.0","id":4711,"method":"{{method}}","params":{ {{answer}}{{what}},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{} } } } }""";
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task A_server_that_asks_twice_and_keeps_its_state_in_the_client_gets_its_answers(Topology topology)
    {
        var mcp = new ModernMcp(await ConnectAsync(topology));
        var (state, responses) = ((string?)null, (object?)null);
        for (var round = 1; round <= 2; round++)
        {
            var asked = (await CallAsync()).Result;
            Assert.Equal("input_required", asked.GetProperty("resultType").GetString());
            Assert.True(asked.GetProperty("inputRequests").TryGetProperty($"step{round}", out _));
            state = asked.GetProperty("requestState").GetString();
            responses = round == 1
                ? new { step1 = new { action = "accept", content = new { name = "Ada" } } }
                : new { step2 = new { action = "accept", content = new { color = "green" } } };
        }

        Assert.Equal("Ada likes green.", (await CallAsync()).Text);

        Task<Reply> CallAsync()
        {
            var parameters = new Dictionary<string, object>
            {
                ["name"] = "asking__test_input_required_result_multi_round",
                ["arguments"] = new { },
                ["_meta"] = new Dictionary<string, object> { ["io.modelcontextprotocol/clientCapabilities"] = new { elicitation = new { } } },
            };
            if (state is not null) (parameters["requestState"], parameters["inputResponses"]) = (state, responses!);
            return mcp.AskAsync("tools/call", parameters, Cancellation);
        }
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task An_app_keeps_its_metadata_and_its_uris_and_finds_its_tool_where_that_has_its_own_name(Topology topology)
    {
        const string Ui = """{"ui":{"resourceUri":"ui://chart/view.html","visibility":["model","app"],"n":1.0e2}}""";
        const string Page = """{"resultType":"complete","contents":[{"uri":"ui://chart/view.html","mimeType":"text/html;profile=mcp-app","text":"<p>\u00e9<\/p>","_meta":{"ui":{"csp":{"connectDomains":[]}}}}],"ttlMs":0,"cacheScope":"public"}""";
        await gatehouses.InAsync(topology, Cancellation);
        var scripted = gatehouses.Scripted;
        scripted.Results["tools/list"] = $$$"""{"resultType":"complete","tools":[{"name":"chart","_meta":{{{Ui}}},"inputSchema":{"type":"object"}}],"ttlMs":0,"cacheScope":"public"}""";
        scripted.Results["resources/list"] = """{"resultType":"complete","resources":[{"uri":"ui://chart/view.html","name":"view"}],"ttlMs":0,"cacheScope":"public"}""";
        scripted.Results["resources/read"] = Page;
        scripted.Results["tools/call"] = """{"resultType":"complete","content":[{"type":"text","text":"drawn"}]}""";
        foreach (var (endpoint, tool) in new[] { (null, "scripted__chart"), ("charts", "chart"), ("scripted", "chart") })
        {
            var http = await ConnectAsync(topology, endpoint);
            var mcp = new ModernMcp(http);
            var list = await mcp.AskAsync("tools/list", new { }, Cancellation);
            var listed = list.Result.GetProperty("tools").EnumerateArray().Single(each => each.GetProperty("name").GetString() == tool);
            Assert.Equal(Ui, listed.GetProperty("_meta").GetRawText());
            Assert.Contains("ui://chart/view.html", await mcp.NamesAsync("resources/list", Cancellation));
            Assert.Equal(Page, (await mcp.AskAsync("resources/read", new { uri = "ui://chart/view.html" }, Cancellation)).Result.GetRawText());

            // The page calls the tool by the name it was written with.
            var called = await mcp.CallAsync("chart", new { }, Cancellation);
            if (tool == "chart") Assert.Equal("drawn", called.Text);
            else Assert.Equal(-32602, called.Code);
        }

        var discovered = await new ModernMcp(await ConnectAsync(topology)).AskAsync("server/discover", new { }, Cancellation);
        Assert.DoesNotContain("modelcontextprotocol/ui", discovered.Body, StringComparison.Ordinal);
    }

    private static async Task<string> PostAsync(McpOverHttp http, string method, string name, string body)
    {
        using var response = await http.PostAsync(body, Cancellation, (ModernMcp.VersionHeader, ModernMcp.Version), (ModernMcp.MethodHeader, method), (ModernMcp.NameHeader, name));
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    private async Task<McpOverHttp> ConnectAsync(Topology topology, string? endpoint = null)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: endpoint);
        return gatehouse.Connect(tokens.AccessToken, endpoint);
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        private ScriptedServer? _scripted;

        internal ScriptedServer Scripted => _scripted!;

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (_scripted is not null) await _scripted.DisposeAsync();
        }

        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            _scripted ??= await ScriptedServer.StartAsync("""{"tools":{},"prompts":{},"resources":{},"extensions":{"io.modelcontextprotocol/ui":{}}}""", cancellationToken);
            return new Dictionary<string, ServerSettings> { ["scripted"] = _scripted.Settings, ["asking"] = await ConformanceOverHttpAsync(cancellationToken) };
        }

        protected override GatehouseSettings Configure(GatehouseSettings settings) => settings with
        {
            VirtualServers = new Dictionary<string, VirtualServerSettings>
            {
                ["charts"] = new() { Servers = ["scripted"], Rename = new Dictionary<string, string> { ["chart"] = "scripted__chart" } },
            },
        };
    }
}
