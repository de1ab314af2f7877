using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Clients and servers that have no revision in common: each is told so, in words that its kind understands.</summary>
public sealed class OtherEraTests(OtherEraTests.Gatehouses gatehouses) : IClassFixture<OtherEraTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string> Modern => [.. from topology in Enum.GetValues<Topology>() from server in new[] { "new-web", "new-program" } select (topology, server)];

    public static TheoryData<Topology, string> Legacy => [.. from topology in Enum.GetValues<Topology>() from server in new[] { "old-web", "old-program" } select (topology, server)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Modern))]
    public async Task A_legacy_client_learns_which_revision_a_modern_server_speaks(Topology topology, string server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: server);
        var parameters = new { protocolVersion = McpOverHttp.LegacyVersion, capabilities = new { }, clientInfo = new { name = "raw", version = "1" } };
        AssertNamesModern(await gatehouse.Connect(tokens.AccessToken, server).AskAsync("initialize", parameters, Cancellation));

        var all = await gatehouse.EnterAsync(Harness.Alice, Speech.Legacy, Cancellation);
        AssertNamesModern(await all.CallAsync($"{server}__echo", new { }, Cancellation));
        var list = await all.AskAsync("tools/list", new { }, Cancellation);
        Assert.Contains("old-program__echo", list.Names("tools/list"));
        Assert.DoesNotContain($"{server}__echo", list.Names("tools/list"));
        Assert.Equal("unavailable", StatusOf(list, server));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Legacy))]
    public async Task A_modern_client_is_told_to_initialize_at_a_legacy_server(Topology topology, string server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var single = await gatehouse.EnterAsync(Harness.Alice, Speech.Modern, Cancellation, server);
        foreach (var method in new[] { "server/discover", "tools/list" })
        {
            var reply = await single.AskAsync(method, new { }, Cancellation);
            Assert.Equal((400, -32600), ((int)reply.Status, reply.Code));
            Assert.Contains("initialize", reply.Body, StringComparison.Ordinal);
        }

        var all = await gatehouse.EnterAsync(Harness.Alice, Speech.Modern, Cancellation);
        var called = await all.CallAsync($"{server}__echo", new { message = "" }, Cancellation);
        Assert.Equal((400, -32600), ((int)called.Status, called.Code));
        var list = await all.AskAsync("tools/list", new { }, Cancellation);
        Assert.Contains("new-web__echo", list.Names("tools/list"));
        Assert.DoesNotContain($"{server}__echo", list.Names("tools/list"));
        Assert.Equal("unavailable", StatusOf(list, server));
    }

    private static string? StatusOf(Reply list, string server) =>
        list.Result.GetProperty("_meta").GetProperty("io.gatehouse/upstreams").GetProperty(server).GetProperty("status").GetString();

    private static void AssertNamesModern(Reply reply)
    {
        Assert.Equal((400, -32022), ((int)reply.Status, reply.Code));
        var supported = reply.Message.GetProperty("error").GetProperty("data").GetProperty("supported");
        Assert.Equal([ModernMcp.Version], supported.EnumerateArray().Select(version => version.GetString()));
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["new-web"] = await FixtureOverHttpAsync(cancellationToken, ("ERA", "modern")),
            ["new-program"] = await FixtureServer.StdioAsync(cancellationToken, ("ERA", "modern")),
            ["old-web"] = await EverythingOverHttpAsync(cancellationToken),
            ["old-program"] = await EverythingServer.StdioAsync(cancellationToken),
        };
    }
}
