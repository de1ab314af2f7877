using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gatehouse.Core.Audit;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteRegistrationTests(SqliteProtocol fixture) : RegistrationTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresRegistrationTests(PostgresProtocol fixture) : RegistrationTests(fixture), IClassFixture<PostgresProtocol>;

public abstract class RegistrationTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    [Fact]
    public async Task A_client_learns_what_was_registered_and_the_trail_records_it()
    {
        var (status, body, response) = await RegisterAsync("""
            {"client_name":"Claude Code","redirect_uris":["http://localhost:3118/callback"],"grant_types":["authorization_code","refresh_token"],
             "response_types":["code"],"token_endpoint_auth_method":"none","scope":"openid mcp offline_access","client_id":"chosen-by-me","software_id":"x"}
            """);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.NotEqual("chosen-by-me", (string)body["client_id"]!);
        Assert.Equal("Claude Code", (string)body["client_name"]!);
        Assert.Equal(["http://localhost:3118/callback"], Texts(body["redirect_uris"]));
        Assert.Equal(["authorization_code", "refresh_token"], Texts(body["grant_types"]));
        Assert.Equal(["code"], Texts(body["response_types"]));
        Assert.Equal("none", (string)body["token_endpoint_auth_method"]!);
        Assert.Equal("native", (string)body["application_type"]!);
        Assert.Equal("mcp offline_access", (string)body["scope"]!);
        Assert.True((long)body["client_id_issued_at"]! > 0);
        Assert.Null(body["client_secret"]);
        var recorded = Process.Audit.Last(AuditAction.Register, (string)body["client_id"]!);
        Assert.Equal(AuditOutcome.Ok, recorded.Outcome);
        Assert.Equal("Claude Code", recorded.ClientName);
        Assert.Equal("localhost", recorded.Target);
    }

    [Fact]
    public async Task The_least_a_client_can_say_is_where_it_is()
    {
        var (status, body, _) = await RegisterAsync("""{"redirect_uris":["https://example.com/cb"]}""");
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("none", (string)body["token_endpoint_auth_method"]!);
        Assert.Equal("web", (string)body["application_type"]!);
        Assert.Equal(["authorization_code", "refresh_token"], Texts(body["grant_types"]));
        Assert.Null(body["client_name"]);
    }

    [Fact]
    public async Task Private_schemes_beside_a_good_address_are_left_out_and_the_client_is_not_refused()
    {
        var (status, body, _) = await RegisterAsync("""
            {"redirect_uris":["cursor://anysphere.cursor-mcp/oauth/callback","https://www.cursor.com/agents/mcp/oauth/callback","http://localhost:8787/callback"]}
            """);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(["https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"], Texts(body["redirect_uris"]));
    }

    [Theory]
    [InlineData("""{"redirect_uris":["javascript:alert(1)","https://example.com/cb"]}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":["data:text/html,x"]}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":["cursor://only"]}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":["http://evil.example/cb"]}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":["https://example.com/#x"]}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":[]}""", "invalid_redirect_uri")]
    [InlineData("""{}""", "invalid_redirect_uri")]
    [InlineData("""{"redirect_uris":"https://example.com/cb"}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":[1]}""", "invalid_client_metadata")]
    [InlineData("""[]""", "invalid_client_metadata")]
    [InlineData("""null""", "invalid_client_metadata")]
    [InlineData("""{""", "invalid_client_metadata")]
    [InlineData("", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://a.example/cb"],"redirect_uris":["https://b.example/cb"]}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://example.com/cb"],"client_name":7}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://example.com/cb"],"client_name":"\ud800"}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://example.com/cb"],"grant_types":["client_credentials"]}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://example.com/cb"],"response_types":["token"]}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://example.com/cb"],"token_endpoint_auth_method":"private_key_jwt"}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://example.com/cb"],"application_type":"desktop"}""", "invalid_client_metadata")]
    public async Task What_cannot_be_registered_is_refused_with_a_reason(string request, string error)
    {
        var (status, body, response) = await RegisterAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(error, (string)body["error"]!);
        Assert.NotEmpty((string)body["error_description"]!);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var recorded = Process.Audit.Last(AuditAction.Register, null);
        Assert.Equal(AuditOutcome.Refused, recorded.Outcome);
        Assert.StartsWith(error, recorded.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_much_of_anything_is_refused()
    {
        var many = string.Join(',', Enumerable.Range(0, 17).Select(index => $"\"https://example.com/{index}\""));
        Assert.Equal(HttpStatusCode.BadRequest, (await RegisterAsync($$"""{"redirect_uris":[{{many}}]}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await RegisterAsync($$"""{"redirect_uris":["https://example.com/cb"],"client_name":"{{new string('x', 101)}}"}""")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await RegisterAsync($$"""{"redirect_uris":["https://example.com/cb"],"x":"{{new string('x', 70_000)}}"}""")).Status);
    }

    [Fact]
    public async Task A_name_cannot_hide_or_reorder_what_stands_around_it()
    {
        var (status, body, _) = await RegisterAsync("""{"redirect_uris":["https://example.com/cb"],"client_name":"  Clau\u202Ede\n\u200B Code\u0000 "}""");
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("Claude Code", (string)body["client_name"]!);
    }

    [Theory]
    [InlineData("client_secret_post")]
    [InlineData("client_secret_basic")]
    public async Task A_client_that_wants_a_secret_gets_one_and_then_needs_it(string method)
    {
        using var client = new OAuthClient(Process.Root);
        var (_, body) = await client.PostJsonAsync("/oauth/register", new { redirect_uris = new[] { OAuthClient.Callback }, token_endpoint_auth_method = method, application_type = "native" }, Cancellation);
        client.ClientId = (string)body["client_id"]!;
        var secret = (string)body["client_secret"]!;
        Assert.Equal(0, (long)body["client_secret_expires_at"]!);
        Assert.Equal(method, (string)body["token_endpoint_auth_method"]!);

        var without = await client.TokensAsync(Cancellation);
        Assert.Equal("invalid_client", without.Error);
        var wrong = await client.ExchangeAsync(await client.CodeAsync(Cancellation), Cancellation, ("client_secret", "wrong"));
        Assert.Equal("invalid_client", wrong.Error);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.Status);

        var code = await client.CodeAsync(Cancellation);
        Answer tokens;
        if (method == "client_secret_basic")
        {
            client.Http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.ClientId}:{secret}")));
            tokens = await client.ExchangeAsync(code, Cancellation, ("client_id", null));
        }
        else
        {
            tokens = await client.ExchangeAsync(code, Cancellation, ("client_secret", secret));
        }

        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(client.ClientId, Process.Audit.Last(AuditAction.IssueToken, client.ClientId).ClientId);
    }

    [Fact]
    public async Task A_client_that_wants_no_refresh_tokens_gets_none()
    {
        using var client = await ClientAsync(new { redirect_uris = new[] { OAuthClient.Callback }, grant_types = new[] { "authorization_code" } });
        var tokens = await client.TokensAsync(Cancellation, ("scope", "mcp offline_access"));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Null(tokens.Body["refresh_token"]);
    }

    [Fact]
    public async Task What_cannot_be_recorded_does_not_happen()
    {
        await using var process = await Fixture.StartAsync(Fixture.NewSettings(), Cancellation);
        process.Audit.IsAway = true;
        using var client = new OAuthClient(process.Root);
        var (status, body) = await client.PostJsonAsync("/oauth/register", new { redirect_uris = new[] { OAuthClient.Callback } }, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("temporarily_unavailable", (string)body["error"]!);
        Assert.Null(body["client_id"]);
    }

    private async Task<(HttpStatusCode Status, JsonNode Body, HttpResponseMessage Response)> RegisterAsync(string json)
    {
        using var client = new OAuthClient(Process.Root);
        var response = await client.Http.PostAsync("/oauth/register", new StringContent(json, Encoding.UTF8, "application/json"), Cancellation);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!, response);
    }

    private static IEnumerable<string> Texts(JsonNode? array) => array!.AsArray().Select(item => (string)item!);
}
