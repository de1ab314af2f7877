using System.Net;
using System.Text.Json.Nodes;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteDiscoveryTests(SqliteProtocol fixture) : DiscoveryTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresDiscoveryTests(PostgresProtocol fixture) : DiscoveryTests(fixture), IClassFixture<PostgresProtocol>;

public abstract class DiscoveryTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    public static TheoryData<string> MetadataPaths =>
    [
        "/.well-known/oauth-authorization-server/oauth",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/oauth-authorization-server/mcp/memory",
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/oauth",
        "/oauth/.well-known/openid-configuration",
        "/oauth/.well-known/oauth-authorization-server",
    ];

    [Theory, MemberData(nameof(MetadataPaths))]
    public async Task Every_place_where_clients_look_has_the_same_metadata(string path)
    {
        using var client = new OAuthClient(Process.Root);
        var metadata = await client.GetJsonAsync(path, Cancellation);
        var reference = await client.GetJsonAsync("/.well-known/oauth-authorization-server/oauth", Cancellation);
        Assert.True(JsonNode.DeepEquals(reference, metadata));
        Assert.Equal($"{Process.Root}/oauth", (string)metadata["issuer"]!);
        Assert.Equal($"{Process.Root}/oauth/authorize", (string)metadata["authorization_endpoint"]!);
        Assert.Equal($"{Process.Root}/oauth/token", (string)metadata["token_endpoint"]!);
        Assert.Equal($"{Process.Root}/oauth/register", (string)metadata["registration_endpoint"]!);
        Assert.Equal($"{Process.Root}/oauth/revoke", (string)metadata["revocation_endpoint"]!);
        Assert.Equal($"{Process.Root}/oauth/jwks", (string)metadata["jwks_uri"]!);
        Assert.Equal(["S256"], Texts(metadata["code_challenge_methods_supported"]));
        Assert.Equal(["code"], Texts(metadata["response_types_supported"]));
        Assert.Equal(["query"], Texts(metadata["response_modes_supported"]));
        Assert.Equal(["authorization_code", "refresh_token"], Texts(metadata["grant_types_supported"]).Order());
        Assert.Equal(["mcp", "offline_access"], Texts(metadata["scopes_supported"]).Order());
        Assert.Equal(["client_secret_basic", "client_secret_post", "none"], Texts(metadata["token_endpoint_auth_methods_supported"]).Order());
        Assert.Contains("none", Texts(metadata["revocation_endpoint_auth_methods_supported"]));
        Assert.True((bool)metadata["authorization_response_iss_parameter_supported"]!);
    }

    [Theory]
    [InlineData("introspection_endpoint")]
    [InlineData("userinfo_endpoint")]
    [InlineData("end_session_endpoint")]
    [InlineData("pushed_authorization_request_endpoint")]
    [InlineData("device_authorization_endpoint")]
    [InlineData("client_id_metadata_document_supported")]
    public async Task What_is_not_there_is_not_advertised(string member)
    {
        using var client = new OAuthClient(Process.Root);
        var metadata = await client.GetJsonAsync("/.well-known/oauth-authorization-server", Cancellation);
        Assert.Null(metadata[member]);
    }

    [Theory]
    [InlineData("/.well-known/oauth-protected-resource", "/mcp")]
    [InlineData("/.well-known/oauth-protected-resource/mcp", "/mcp")]
    [InlineData("/.well-known/oauth-protected-resource/mcp/memory", "/mcp/memory")]
    public async Task A_resource_names_itself_and_its_authorization_server(string path, string resource)
    {
        using var client = new OAuthClient(Process.Root);
        var metadata = await client.GetJsonAsync(path, Cancellation);
        Assert.Equal(Process.Root + resource, (string)metadata["resource"]!);
        Assert.Equal([$"{Process.Root}/oauth"], Texts(metadata["authorization_servers"]));
        Assert.Equal(["mcp"], Texts(metadata["scopes_supported"]));
        Assert.Equal(["header"], Texts(metadata["bearer_methods_supported"]));
        Assert.NotEmpty((string)metadata["resource_name"]!);
    }

    [Theory]
    [InlineData("/.well-known/oauth-protected-resource/mcp/unknown")]
    [InlineData("/.well-known/oauth-protected-resource/mcp/retired")]
    [InlineData("/.well-known/oauth-authorization-server/mcp/unknown")]
    [InlineData("/.well-known/oauth-authorization-server/mcp/retired")]
    public async Task Servers_that_are_not_served_have_no_metadata(string path)
    {
        using var client = new OAuthClient(Process.Root);
        using var response = await client.Http.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("/.well-known/oauth-protected-resource")]
    [InlineData("/.well-known/oauth-authorization-server")]
    public async Task The_host_header_changes_nothing(string path)
    {
        using var client = new OAuthClient(Process.Root);
        var otherName = $"localhost:{new Uri(Process.Root).Port}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = otherName } };
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await client.Http.SendAsync(request, Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("evil.example", body, StringComparison.Ordinal);
        Assert.DoesNotContain(otherName, body, StringComparison.Ordinal);
        Assert.Contains(Process.Root, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/.well-known/oauth-protected-resource/mcp", "GET")]
    [InlineData("/.well-known/oauth-authorization-server", "GET")]
    [InlineData("/oauth/jwks", "GET")]
    [InlineData("/oauth/register", "POST")]
    [InlineData("/oauth/token", "POST")]
    [InlineData("/oauth/revoke", "POST")]
    public async Task Clients_that_run_in_a_browser_may_call_it_without_credentials(string path, string method)
    {
        using var client = new OAuthClient(Process.Root);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, path);
        preflight.Headers.Add("Origin", "http://localhost:6274");
        preflight.Headers.Add("Access-Control-Request-Method", method);
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization, content-type, mcp-protocol-version");
        using var allowed = await client.Http.SendAsync(preflight, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal("*", Header(allowed, "Access-Control-Allow-Origin"));
        Assert.Contains(method, Header(allowed, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("mcp-protocol-version", Header(allowed, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));

        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new FormUrlEncodedContent([]) : null };
        request.Headers.Add("Origin", "http://localhost:6274");
        using var response = await client.Http.SendAsync(request, Cancellation);
        Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task No_page_of_another_origin_may_read_the_authorize_endpoint()
    {
        using var client = await ClientAsync();
        client.Http.DefaultRequestHeaders.Add("Origin", "http://localhost:6274");
        using var response = await client.AuthorizeAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_key_set_has_public_keys_only()
    {
        using var client = new OAuthClient(Process.Root);
        var keys = (await client.GetJsonAsync("/oauth/jwks", Cancellation))["keys"]!.AsArray();
        var key = Assert.Single(keys)!;
        Assert.Equal("EC", (string)key["kty"]!);
        Assert.Equal("ES256", (string)key["alg"]!);
        Assert.Equal("P-256", (string)key["crv"]!);
        Assert.Null(key["d"]);
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    private static IEnumerable<string> Texts(JsonNode? array) => array!.AsArray().Select(item => (string)item!);
}
