using System.Net.Http.Json;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Who gets in at all: tokens, hosts, and web pages.</summary>
public sealed class DoorTests(DoorTests.Gatehouses gatehouses) : IClassFixture<DoorTests.Gatehouses>
{
    private const string Ping = """{"jsonrpc":"2.0","id":7,"method":"ping"}""";
    private const string Inspector = "http://localhost:6274";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string?> Endpoints => [.. from topology in Enum.GetValues<Topology>() from server in new[] { null, "program" } select (topology, server)];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Whoever_brings_no_token_learns_where_to_get_one(Topology topology, string? server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var stranger = gatehouse.Connect(null, server);
        var expected = $"Bearer resource_metadata=\"{gatehouse.Endpoints.ResourceMetadata(server)}\", scope=\"mcp\"";
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Delete })
        {
            using var response = await stranger.RequestAsync(method, method == HttpMethod.Post ? new StringContent(Ping) : null, Cancellation);
            Assert.Equal(401, (int)response.StatusCode);
            Assert.Equal(expected, response.Headers.WwwAuthenticate.ToString());
        }

        var metadata = await gatehouse.Http.GetFromJsonAsync<JsonElement>(gatehouse.Endpoints.ResourceMetadata(server), Cancellation);
        Assert.Equal(gatehouse.Mcp(server).OriginalString, metadata.GetProperty("resource").GetString());
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Only_a_token_for_this_very_endpoint_in_the_header_is_one(Topology topology, string? server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var own = (await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: server)).AccessToken;
        var elsewhere = await gatehouse.SignInAsync(Harness.Alice, Cancellation, server: server is null ? "program" : null);
        string[] useless = [elsewhere.AccessToken, elsewhere.RefreshToken, "garbage", $"{own}A", $"A{own}", own[..own.LastIndexOf('.')], $"{own[..own.LastIndexOf('.')]}."];
        foreach (var token in useless)
        {
            using var response = await gatehouse.Connect(token, server).PostAsync(Ping, Cancellation);
            Assert.Equal(401, (int)response.StatusCode);
            Assert.StartsWith("Bearer error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            Assert.Contains($"resource_metadata=\"{gatehouse.Endpoints.ResourceMetadata(server)}\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        var query = new McpOverHttp(gatehouse.Http, new Uri($"{gatehouse.Mcp(server)}?access_token={own}"), null);
        using var fromQuery = await query.PostAsync(Ping, Cancellation);
        Assert.Equal(401, (int)fromQuery.StatusCode);
        await gatehouse.Connect(own, server).InitializeAsync(Cancellation);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Foreign_pages_and_foreign_names_stay_outside(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        (string, string)[] foreign =
        [
            ("Origin", "https://evil.example"), ("Origin", "null"), ("Origin", "http://localhost.evil.example"), ("Origin", "http://127.0.0.1.evil.example:8080"),
            ("Host", "evil.example"), ("Host", "localhost.evil.example"),
        ];
        foreach (var header in foreign)
        {
            using var response = await mcp.PostAsync(Ping, Cancellation, header);
            Assert.Equal(403, (int)response.StatusCode);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_page_from_the_users_own_machine_may_read_all_that_it_needs(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        foreach (var origin in new[] { Inspector, "http://127.0.0.1:5173", (await gatehouses.InAsync(topology, Cancellation)).Endpoints.Root })
        {
            using var response = await mcp.PostAsync(Ping, Cancellation, ("Origin", origin));
            Assert.Equal(200, (int)response.StatusCode);
            AssertReadable(response, origin);
        }

        using var challenge = await (await gatehouses.InAsync(topology, Cancellation)).Connect(null, server).PostAsync(Ping, Cancellation, ("Origin", Inspector));
        Assert.Equal(401, (int)challenge.StatusCode);
        AssertReadable(challenge, Inspector);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_browser_that_asks_first_is_answered_by_where_it_asks_from(Topology topology, string? server)
    {
        var stranger = (await gatehouses.InAsync(topology, Cancellation)).Connect(null, server);
        using var allowed = await PreflightAsync(Inspector);
        Assert.Equal(204, (int)allowed.StatusCode);
        Assert.Equal([Inspector], allowed.Headers.GetValues("Access-Control-Allow-Origin"));
        var headers = string.Join(',', allowed.Headers.GetValues("Access-Control-Allow-Headers"));
        foreach (var header in new[] { "authorization", "content-type", "mcp-protocol-version", "mcp-session-id" }) Assert.Contains(header, headers, StringComparison.OrdinalIgnoreCase);
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
        using var refused = await PreflightAsync("https://evil.example");
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));

        Task<HttpResponseMessage> PreflightAsync(string origin) => stranger.RequestAsync(
            HttpMethod.Options, null, Cancellation, ("Origin", origin), ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type,mcp-protocol-version,mcp-session-id"));
    }

    private static void AssertReadable(HttpResponseMessage response, string origin)
    {
        Assert.Equal([origin], response.Headers.GetValues("Access-Control-Allow-Origin"));
        var exposed = string.Join(',', response.Headers.GetValues("Access-Control-Expose-Headers"));
        Assert.Contains("WWW-Authenticate", exposed, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Mcp-Session-Id", exposed, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<McpOverHttp> EnterAsync(Topology topology, string? server) =>
        (McpOverHttp)await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Legacy, Cancellation, server);

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) =>
            new Dictionary<string, ServerSettings> { ["program"] = await FixtureServer.StdioAsync(cancellationToken) };
    }
}
