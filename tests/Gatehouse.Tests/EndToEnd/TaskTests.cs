using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>The tasks extension (SEP-2663) on <c>/mcp</c>, before a server that we did not write.</summary>
public sealed class TaskTests(TaskTests.Gatehouses gatehouses) : IClassFixture<TaskTests.Gatehouses>
{
    private const string Extension = "io.modelcontextprotocol/tasks";

    private static readonly object _knowsTasks = Meta(new { extensions = new Dictionary<string, object> { [Extension] = new { } }, elicitation = new { } });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology> Topologies => [.. Enum.GetValues<Topology>()];

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task A_task_is_begun_asked_for_and_ends_under_an_id_that_is_not_the_servers(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice);
        var begun = await BeginAsync(mcp, "jobs__slow_compute", new { seconds = 0.2 });
        Assert.Equal("working", begun.GetProperty("status").GetString());
        var taskId = begun.GetProperty("taskId").GetString()!;
        Assert.False(Guid.TryParse(taskId, out _));

        var ended = await UntilAsync(mcp, taskId, "completed");
        Assert.Equal("Computed for 0.2 s.", ended.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        await gatehouse.RestartAsync(Cancellation);
        Assert.Equal("completed", (await GetAsync(mcp, taskId)).Result.GetProperty("status").GetString());
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task A_task_that_asks_is_answered_and_one_that_takes_too_long_is_cancelled(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice);
        var asking = (await BeginAsync(mcp, "jobs__confirm_delete", new { filename = "x" })).GetProperty("taskId").GetString()!;
        await UntilAsync(mcp, asking, "input_required");
        var answer = new { taskId = asking, inputResponses = new { confirm = new { action = "accept", content = new { confirm = "yes" } } }, _meta = _knowsTasks };
        Assert.Equal("complete", (await mcp.AskAsync("tasks/update", answer, Cancellation, (ModernMcp.NameHeader, asking))).Result.GetProperty("resultType").GetString());
        Assert.Equal("accept: x", (await UntilAsync(mcp, asking, "completed")).GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());

        var endless = (await BeginAsync(mcp, "jobs__slow_compute", new { seconds = 600 })).GetProperty("taskId").GetString()!;
        await mcp.AskAsync("tasks/cancel", new { taskId = endless, _meta = _knowsTasks }, Cancellation, (ModernMcp.NameHeader, endless));
        await UntilAsync(mcp, endless, "cancelled");
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task Somebody_elses_task_is_as_unknown_as_one_that_never_was(Topology topology)
    {
        var alice = await EnterAsync(topology, Harness.Alice);
        var bob = await EnterAsync(topology, Harness.Bob);
        var taskId = (await BeginAsync(alice, "jobs__slow_compute", new { seconds = 600 })).GetProperty("taskId").GetString()!;
        foreach (var method in new[] { "tasks/get", "tasks/update", "tasks/cancel" })
        {
            foreach (var (mcp, unknown) in new[] { (bob, taskId), (alice, $"{taskId}A"), (alice, "b19c7c58-3a1f-4e5c-9d55-a0e7b3c1d2f4"), (alice, ""), (alice, "größe") })
            {
                var header = unknown == "größe" ? "=?base64?Z3LDtsOfZQ==?=" : unknown;
                var reply = await mcp.AskAsync(method, new { taskId = unknown, inputResponses = new { }, _meta = _knowsTasks }, Cancellation, (ModernMcp.NameHeader, header));
                if (unknown.Length == 0) Assert.Equal(-32020, reply.Code);
                else Assert.Equal((200, -32602, $"Unknown task: {unknown}"), ((int)reply.Status, reply.Code, reply.Message.GetProperty("error").GetProperty("message").GetString()));
            }
        }

        Assert.Equal("working", (await GetAsync(alice, taskId)).Result.GetProperty("status").GetString());

        // At an endpoint where the server's tools are not, the task is not either.
        var elsewhere = await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Modern, Cancellation, "other");
        Assert.Equal(-32602, (await GetAsync(elsewhere, taskId)).Code);
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task Only_a_client_that_knows_tasks_gets_or_asks_for_any(Topology topology)
    {
        var mcp = await EnterAsync(topology, Harness.Alice);
        var discovered = await mcp.AskAsync("server/discover", new { }, Cancellation);
        Assert.Equal([Extension], discovered.Result.GetProperty("capabilities").GetProperty("extensions").EnumerateObject().Select(extension => extension.Name));

        var called = await mcp.CallAsync("jobs__slow_compute", new { seconds = 0 }, Cancellation);
        Assert.Equal("Computed for 0 s.", called.Text);
        foreach (var method in new[] { "tasks/get", "tasks/update", "tasks/cancel" })
        {
            var reply = await mcp.AskAsync(method, new { taskId = "x" }, Cancellation, (ModernMcp.NameHeader, "x"));
            Assert.Equal((400, -32021), ((int)reply.Status, reply.Code));
            Assert.True(reply.Message.GetProperty("error").GetProperty("data").GetProperty("requiredCapabilities").GetProperty("extensions").TryGetProperty(Extension, out _));
        }
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task Whoever_listens_hears_of_their_own_tasks_under_the_ids_they_know(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var alice = await EnterAsync(topology, Harness.Alice);
        gatehouses.Scripted.Results["tools/call"] = """{"resultType":"task","taskId":"own-1","status":"working","n":1.0e2}""";
        var begun = await BeginAsync(alice, "scripted__any", new { });
        Assert.Equal("1.0e2", begun.GetProperty("n").GetRawText());
        var taskId = begun.GetProperty("taskId").GetString()!;

        foreach (var (user, hears) in new[] { (Harness.Alice, true), (Harness.Bob, false) })
        {
            var tokens = await gatehouse.SignInAsync(user, Cancellation);
            await using var listening = await Listening.OpenAsync(
                gatehouse.Connect(tokens.AccessToken), new { taskIds = new[] { taskId, "unknown" } }, "1", Cancellation,
                new { extensions = new Dictionary<string, object> { [Extension] = new { } } });
            if (!hears)
            {
                Assert.Equal("{}", (await listening.NextAsync()).GetProperty("params").GetProperty("notifications").GetRawText());
                continue;
            }

            var listen = await gatehouses.Scripted.ListenAsync(Cancellation);
            Assert.Equal("""{"taskIds":["own-1"]}""", listen.Filter);
            await listen.AcknowledgeAsync();
            Assert.Equal(taskId, Assert.Single((await listening.NextAsync()).GetProperty("params").GetProperty("notifications").GetProperty("taskIds").EnumerateArray()).GetString());
            await listen.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"own-1","status":"completed","result":{"taskId":"not this"}}}""");
            var told = (await listening.NextAsync()).GetProperty("params");
            Assert.Equal((taskId, "not this"), (told.GetProperty("taskId").GetString(), told.GetProperty("result").GetProperty("taskId").GetString()));
        }
    }

    private static Dictionary<string, object> Meta(object capabilities) => new() { ["io.modelcontextprotocol/clientCapabilities"] = capabilities };

    private static async Task<JsonElement> BeginAsync(IMcp mcp, string tool, object arguments)
    {
        var reply = await mcp.AskAsync("tools/call", new { name = tool, arguments, _meta = _knowsTasks }, Cancellation);
        Assert.Equal("task", reply.Result.GetProperty("resultType").GetString());
        return reply.Result;
    }

    private static Task<Reply> GetAsync(IMcp mcp, string taskId) =>
        mcp.AskAsync("tasks/get", new { taskId, _meta = _knowsTasks }, Cancellation, (ModernMcp.NameHeader, taskId));

    /// <summary>Asks at the pace that the server wishes for.</summary>
    private static async Task<JsonElement> UntilAsync(IMcp mcp, string taskId, string status)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var task = (await GetAsync(mcp, taskId)).Result;
            Assert.Equal(taskId, task.GetProperty("taskId").GetString());
            if (task.GetProperty("status").GetString() == status) return task;
            await ticks.WaitForNextTickAsync(Cancellation);
        }
    }

    private async Task<IMcp> EnterAsync(Topology topology, string user) =>
        await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(user, Speech.Modern, Cancellation);

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
            _scripted ??= await ScriptedServer.StartAsync("""{"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{},"com.example/unknown":{}}}""", cancellationToken);
            return new Dictionary<string, ServerSettings>
            {
                ["jobs"] = await ConformanceOverHttpAsync(cancellationToken),
                ["scripted"] = _scripted.Settings,
            };
        }

        protected override GatehouseSettings Configure(GatehouseSettings settings) => settings with
        {
            VirtualServers = new Dictionary<string, VirtualServerSettings> { ["other"] = new() { Servers = ["scripted"], Prompts = ["jobs"] } },
        };
    }
}
