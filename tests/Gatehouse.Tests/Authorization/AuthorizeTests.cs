using System.Net;
using Gatehouse.Core.Audit;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteAuthorizeTests(SqliteProtocol fixture) : AuthorizeTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresAuthorizeTests(PostgresProtocol fixture) : AuthorizeTests(fixture), IClassFixture<PostgresProtocol>;

public abstract class AuthorizeTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    [Fact]
    public async Task A_code_comes_with_state_and_issuer()
    {
        using var client = await ClientAsync();
        using var page = await client.AuthorizeAsync(Cancellation);
        using var response = await client.DecideAsync(page, Cancellation);
        var answer = OAuthClient.AnswerOf(response);
        Assert.Equal(["code", "iss", "state"], answer.Keys.Order());
        Assert.Equal("the-state", answer["state"]);
        Assert.Equal($"{Process.Root}/oauth", answer["iss"]);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("http://127.0.0.1:45671/callback")]
    [InlineData("http://127.0.0.1/callback")]
    public async Task A_loopback_client_may_listen_on_any_port(string redirectUri)
    {
        using var client = await ClientAsync();
        using var page = await client.AuthorizeAsync(Cancellation, ("redirect_uri", redirectUri));
        using var response = await client.DecideAsync(page, Cancellation);
        var code = OAuthClient.AnswerOf(response, redirectUri)["code"];
        Assert.Equal(HttpStatusCode.OK, (await client.ExchangeAsync(code, Cancellation, ("redirect_uri", redirectUri))).Status);
    }

    [Theory]
    [InlineData("https://evil.example/cb")]
    [InlineData("http://127.0.0.1:7777/other")]
    [InlineData("http://127.0.0.1:7777/callback?x=1")]
    [InlineData("http://localhost:7777/callback")]
    [InlineData("http://127.1:7777/callback")]
    [InlineData("http://127.0.0.1:7777/a/../callback")]
    [InlineData("http://127.0.0.1:7777@evil.example/callback")]
    [InlineData("javascript:alert(1)")]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("//evil.example")]
    [InlineData(null)]
    public async Task A_foreign_redirect_uri_gets_a_page_and_no_redirect(string? redirectUri)
    {
        using var client = await ClientAsync();

        // Also when there is an error to report: it must not become an open redirect.
        foreach (var responseType in (string[])["code", "nonsense"])
        {
            using var response = await client.AuthorizeAsync(Cancellation, ("redirect_uri", redirectUri), ("response_type", responseType));
            await AssertLocalPageAsync(response);
        }

        var recorded = Process.Audit.Last(AuditAction.Consent, client.ClientId);
        Assert.Equal(AuditOutcome.Refused, recorded.Outcome);
        Assert.Equal("Tester", recorded.ClientName);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData(null)]
    public async Task An_unknown_client_gets_a_page_and_no_redirect(string? clientId)
    {
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation, ("client_id", clientId));
        await AssertLocalPageAsync(response);
    }

    public static TheoryData<string, string?, string> Mistakes => new()
    {
        { "response_type", "token", "unsupported_response_type" },
        { "response_type", "code id_token", "unsupported_response_type" },
        { "response_type", null, "invalid_request" },
        { "response_mode", "form_post", "invalid_request" },
        { "response_mode", "fragment", "invalid_request" },
        { "response_mode", "nonsense", "invalid_request" },
        { "code_challenge", null, "invalid_request" },
        { "code_challenge_method", "plain", "invalid_request" },
        { "code_challenge_method", null, "invalid_request" },
        { "resource", "https://evil.example/mcp", "invalid_target" },
        { "resource", "not a uri", "invalid_target" },
        { "request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported" },
        { "request_uri", "https://evil.example/request", "request_uri_not_supported" },
        { "prompt", "none login", "invalid_request" },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public async Task A_known_client_is_told_its_mistake_at_its_redirect_uri(string parameter, string? value, string error)
    {
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation, (parameter, value));
        var answer = OAuthClient.AnswerOf(response);
        Assert.Equal(error, answer["error"]);
        Assert.Equal("the-state", answer["state"]);
        Assert.Equal($"{Process.Root}/oauth", answer["iss"]);
        Assert.DoesNotContain("error_uri", answer.Keys);
        Assert.DoesNotContain("code", answer.Keys);
        Assert.StartsWith(error, Process.Audit.Last(AuditAction.Consent, client.ClientId).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_pkce_parameter_is_a_mistake_too()
    {
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation, ("code_challenge", null), ("code_challenge_method", null));
        Assert.Equal("invalid_request", OAuthClient.AnswerOf(response)["error"]);
    }

    [Theory]
    [InlineData("/mcp", "/mcp")]
    [InlineData("/mcp/", "/mcp")]
    [InlineData("/mcp/memory", "/mcp/memory")]
    [InlineData("/mcp/memory/", "/mcp/memory")]
    public async Task A_token_is_for_the_resource_that_was_named(string named, string resource)
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation, ("resource", Process.Root + named));
        Assert.Equal(Process.Root + resource, (string)tokens.Claims["aud"]!);
        var upperCase = await client.TokensAsync(Cancellation, ("resource", Process.Root.Replace("http", "HTTP", StringComparison.Ordinal) + named));
        Assert.Equal(Process.Root + resource, (string)upperCase.Claims["aud"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/mcp//")]
    [InlineData("/MCP")]
    [InlineData("/mcp/unknown")]
    [InlineData("/mcp/retired")]
    [InlineData("/mcp?x=1")]
    [InlineData("/mcp/memory/../../oauth")]
    public async Task What_is_almost_a_resource_is_none(string named)
    {
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation, ("resource", Process.Root + named));
        Assert.Equal("invalid_target", OAuthClient.AnswerOf(response)["error"]);
    }

    [Fact]
    public async Task A_token_is_for_one_resource_only()
    {
        using var client = await ClientAsync();
        var url = QueryHelpers.AddQueryString("/oauth/authorize", client.Request(("resource", $"{Process.Root}/mcp")));
        using var several = await client.Http.GetAsync($"{url}&resource={Process.Root}/mcp/memory", Cancellation);
        Assert.Equal("invalid_target", OAuthClient.AnswerOf(several)["error"]);
    }

    [Theory]
    [InlineData(null, "mcp")]
    [InlineData("openid profile email", "mcp")]
    [InlineData("mcp:admin mcp", "mcp")]
    [InlineData("offline_access", "mcp offline_access")]
    [InlineData("openid mcp offline_access", "mcp offline_access")]
    public async Task Scopes_that_we_do_not_know_are_ignored(string? requested, string granted)
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation, ("scope", requested));
        Assert.Equal(granted, (string)tokens.Claims["scope"]!);
        Assert.NotEmpty(tokens.RefreshToken);
        Assert.Null(tokens.Body["id_token"]);
    }

    [Fact]
    public async Task Who_is_not_signed_in_signs_in_and_comes_back_to_the_same_request()
    {
        using var client = await ClientAsync(user: null);
        using var response = await client.AuthorizeAsync(Cancellation, ("state", "a b+c&d"), ("scope", "mcp"));
        client.SignInAs("alice");
        using var page = await client.Http.GetAsync(ReturnPathOf(response), Cancellation);
        using var answer = await client.DecideAsync(page, Cancellation);
        Assert.Equal("a b+c&d", OAuthClient.AnswerOf(answer)["state"]);
    }

    [Fact]
    public async Task A_posted_request_comes_back_from_the_sign_in_as_well()
    {
        using var client = await ClientAsync(user: null);
        using var response = await client.Http.PostAsync("/oauth/authorize", new FormUrlEncodedContent(client.Request()!), Cancellation);
        client.SignInAs("alice");
        using var page = await client.Http.GetAsync(ReturnPathOf(response), Cancellation);
        using var answer = await client.DecideAsync(page, Cancellation);
        Assert.Equal("the-state", OAuthClient.AnswerOf(answer)["state"]);
    }

    [Theory]
    [InlineData("login")]
    [InlineData("select_account")]
    public async Task A_client_can_ask_for_a_fresh_sign_in_once(string prompt)
    {
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation, ("prompt", $"{prompt} consent"));
        var returnPath = ReturnPathOf(response);
        Assert.Equal("consent", QueryHelpers.ParseQuery(returnPath[returnPath.IndexOf('?', StringComparison.Ordinal)..])["prompt"]);
        using var page = await client.Http.GetAsync(returnPath, Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task A_client_that_wants_no_page_is_told_what_is_missing()
    {
        using var client = await ClientAsync(user: null);
        using var nobody = await client.AuthorizeAsync(Cancellation, ("prompt", "none"));
        Assert.Equal("login_required", OAuthClient.AnswerOf(nobody)["error"]);
        client.SignInAs("alice");
        using var notAllowed = await client.AuthorizeAsync(Cancellation, ("prompt", "none"));
        Assert.Equal("consent_required", OAuthClient.AnswerOf(notAllowed)["error"]);
        await client.CodeAsync(Cancellation);
        using var allowed = await client.AuthorizeAsync(Cancellation, ("prompt", "none"));
        Assert.NotEmpty(OAuthClient.AnswerOf(allowed)["code"]);
    }

    private static string ReturnPathOf(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        var location = response.Headers.Location!.OriginalString;
        Assert.StartsWith("/test-sign-in?", location, StringComparison.Ordinal);
        var returnPath = QueryHelpers.ParseQuery(location["/test-sign-in".Length..])["returnPath"].ToString();
        Assert.StartsWith("/oauth/authorize?", returnPath, StringComparison.Ordinal);
        return returnPath;
    }

    private static async Task AssertLocalPageAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var page = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("evil.example", page, StringComparison.Ordinal);
    }
}
