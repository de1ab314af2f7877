using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>The revision 2026-07-28, raw, in front of servers that speak nothing else.</summary>
public sealed class ModernTests(ModernTests.Gatehouses gatehouses) : IClassFixture<ModernTests.Gatehouses>
{
    private const string MetaVersion = "io.modelcontextprotocol/protocolVersion";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string?> Endpoints =>
        [.. from topology in Enum.GetValues<Topology>() from server in new[] { null, "web", "program" } select (topology, server)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_client_discovers_lists_and_calls_without_any_session(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        using var response = await mcp.OpenAsync("server/discover", new { }, Cancellation);
        Assert.False(response.Headers.Contains("Mcp-Session-Id"));
        var discovered = (await Reply.ReadAsync(response, Cancellation)).Result;
        Assert.Contains(ModernMcp.Version, discovered.GetProperty("supportedVersions").EnumerateArray().Select(version => version.GetString()));
        foreach (var feature in new[] { "tools", "prompts", "resources", "completions" }) Assert.True(discovered.GetProperty("capabilities").TryGetProperty(feature, out _), feature);

        foreach (var prefix in server is null ? new[] { "web__", "program__" } : [""])
        {
            var list = await mcp.AskAsync("tools/list", new { }, Cancellation);
            Assert.Equal("complete", list.Result.GetProperty("resultType").GetString());
            Assert.Contains($"{prefix}echo", list.Names("tools/list"));
            var called = await mcp.CallAsync($"{prefix}echo", new { grüße = "いろは", number = 1.0e2m }, Cancellation);
            Assert.Equal("complete", called.Result.GetProperty("resultType").GetString());
            using var said = JsonDocument.Parse(called.Text);
            Assert.Equal("いろは", said.RootElement.GetProperty("arguments").GetProperty("grüße").GetString());
            Assert.Equal(mcp.LastId, called.Message.GetProperty("id").GetInt64());
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Headers_that_do_not_say_what_the_body_says_are_refused(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        var tool = server is null ? "web__echo" : "echo";
        (string, string)[] wrong =
        [
            (ModernMcp.VersionHeader, "2025-11-25"), (ModernMcp.MethodHeader, "tools/list"), (ModernMcp.MethodHeader, ""), (ModernMcp.NameHeader, "slow"), (ModernMcp.NameHeader, ""),
        ];
        foreach (var header in wrong)
        {
            var reply = await mcp.CallAsync(tool, new { }, Cancellation, header);
            Assert.Equal((400, -32020, mcp.LastId), ((int)reply.Status, reply.Code, reply.Message.GetProperty("id").GetInt64()));
        }

        var unstated = await mcp.CallAsync(tool, new { }, Cancellation, (ModernMcp.VersionHeader, ""));
        Assert.Equal((400, -32020), ((int)unstated.Status, unstated.Code));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_revision_that_nobody_knows_is_answered_with_those_that_are_known(Topology topology, string? server)
    {
        const string Unknown = "2099-01-01";
        var mcp = await EnterAsync(topology, server);
        var parameters = new { _meta = new Dictionary<string, object> { [MetaVersion] = Unknown } };
        var reply = await mcp.AskAsync("tools/list", parameters, Cancellation, (ModernMcp.VersionHeader, Unknown));
        Assert.Equal((400, -32022), ((int)reply.Status, reply.Code));
        var data = reply.Message.GetProperty("error").GetProperty("data");
        Assert.Equal(Unknown, data.GetProperty("requested").GetString());
        Assert.Equal([ModernMcp.Version], data.GetProperty("supported").EnumerateArray().Select(version => version.GetString()));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Methods_that_ended_with_the_older_revisions_or_never_were_are_not_found(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        foreach (var method in new[] { "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "no/such" })
        {
            var reply = await mcp.AskAsync(method, new { }, Cancellation);
            Assert.Equal((404, -32601, mcp.LastId), ((int)reply.Status, reply.Code, reply.Message.GetProperty("id").GetInt64()));
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_client_only_asks_and_only_by_POST(Topology topology, string? server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: server);
        var http = gatehouse.Connect(tokens.AccessToken, server);
        (string, string) version = (ModernMcp.VersionHeader, ModernMcp.Version);
        using var answer = await http.PostAsync("""{"jsonrpc":"2.0","id":1,"result":{}}""", Cancellation, version);
        var refused = await Reply.ReadAsync(answer, Cancellation);
        Assert.Equal((400, -32600), ((int)refused.Status, refused.Code));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete, HttpMethod.Put })
        {
            using var response = await http.RequestAsync(method, null, Cancellation, version);
            Assert.Equal(405, (int)response.StatusCode);
            Assert.Contains("POST", response.Content.Headers.Allow);
        }
    }

    private async Task<IMcp> EnterAsync(Topology topology, string? server) =>
        await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Modern, Cancellation, server);

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["web"] = await FixtureOverHttpAsync(cancellationToken, ("ERA", "modern")),
            ["program"] = await FixtureServer.StdioAsync(cancellationToken, ("ERA", "modern")),
        };
    }
}
