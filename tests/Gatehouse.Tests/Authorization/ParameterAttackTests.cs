using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteParameterAttackTests(SqliteProtocol fixture) : ParameterAttackTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresParameterAttackTests(PostgresProtocol fixture) : ParameterAttackTests(fixture), IClassFixture<PostgresProtocol>;

/// <summary>Parameters that come twice, at the wrong place, or with what no parameter holds: two readers might see two requests in them.</summary>
public abstract class ParameterAttackTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    [Theory]
    [InlineData("redirect_uri", "https://evil.example/cb")]
    [InlineData("client_id", "nobody")]
    public async Task Two_answers_to_who_asks_and_where_it_is_get_a_page_and_no_redirect(string parameter, string value)
    {
        using var client = await ClientAsync();
        foreach (var url in Twice(client, parameter, value))
        {
            using var response = await client.Http.GetAsync(url, Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Null(response.Headers.Location);
        }
    }

    [Theory]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    [InlineData("code_challenge_method", "plain")]
    [InlineData("response_type", "token")]
    public async Task What_protects_the_code_and_comes_twice_is_the_clients_mistake(string parameter, string value)
    {
        using var client = await ClientAsync();
        foreach (var url in Twice(client, parameter, value))
        {
            using var response = await client.Http.GetAsync(url, Cancellation);
            Assert.Equal("invalid_request", OAuthClient.AnswerOf(response)["error"]);
        }
    }

    [Fact]
    public async Task A_redirect_uri_of_another_client_is_a_foreign_one()
    {
        using var other = await ClientAsync(new { redirect_uris = new[] { "https://other.example/cb" } });
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation, ("redirect_uri", "https://other.example/cb"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
    }

    [Theory]
    [InlineData("a\r\nSet-Cookie: planted=1\r\n\r\n<script>")]
    [InlineData("ü€😀 <b>&amp;\"'")]
    [InlineData("a&code=planted&iss=https://evil.example#x=%20%0d")]
    [InlineData("a\0b")]
    public async Task A_state_comes_back_as_it_was_and_adds_nothing(string state)
    {
        using var client = await ClientAsync();
        using var refused = await client.AuthorizeAsync(Cancellation, ("state", state), ("code_challenge", null));
        using var page = await client.AuthorizeAsync(Cancellation, ("state", state), ("prompt", "consent"));
        foreach (var response in (HttpResponseMessage[])[refused, state.Contains('\0') ? refused : await client.DecideAsync(page, Cancellation)])
        {
            var answer = OAuthClient.AnswerOf(response);
            Assert.Equal(state, answer["state"]);
            Assert.Equal($"{Process.Root}/oauth", answer["iss"]);
            Assert.NotEqual("planted", answer.GetValueOrDefault("code"));
            Assert.False(response.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(cookie => cookie.Contains("planted", StringComparison.Ordinal)));
            response.Dispose();
        }
    }

    [Fact]
    public async Task A_client_id_that_no_database_can_hold_is_unknown_and_not_a_crash()
    {
        using var client = await ClientAsync();
        using var page = await client.Http.GetAsync(QueryHelpers.AddQueryString("/oauth/authorize", client.Request(("client_id", "a\0b"))), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Null(page.Headers.Location);

        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("a\0b:secret")));
        foreach (var path in (string[])["/oauth/token", "/oauth/revoke"])
        {
            var answer = await client.PostFormAsync(path, Cancellation, ("grant_type", "refresh_token"), ("refresh_token", "x"), ("token", "x"));
            Assert.Equal("invalid_client", answer.Error);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        }
    }

    [Fact]
    public async Task Tokens_are_asked_for_in_a_form_and_never_in_an_address()
    {
        using var client = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        var url = QueryHelpers.AddQueryString("/oauth/token", new Dictionary<string, string?>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = OAuthClient.Callback,
            ["client_id"] = client.ClientId,
            ["code_verifier"] = client.Verifier,
        });
        using var read = await client.Http.GetAsync(url, Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, read.StatusCode);
        using var posted = await client.Http.PostAsync(url, new FormUrlEncodedContent([]), Cancellation);
        AssertRefused(await Answer.ReadAsync(posted, Cancellation), "invalid_request");
        Assert.Equal(HttpStatusCode.OK, (await client.ExchangeAsync(code, Cancellation)).Status);
    }

    [Fact]
    public async Task A_token_request_for_two_resources_is_for_none()
    {
        using var client = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        FormUrlEncodedContent form = new(
        [
            new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", OAuthClient.Callback), new("client_id", client.ClientId),
            new("code_verifier", client.Verifier), new("resource", Process.Resource), new("resource", $"{Process.Resource}/memory"),
        ]);
        using var response = await client.Http.PostAsync("/oauth/token", form, Cancellation);
        AssertRefused(await Answer.ReadAsync(response, Cancellation), "invalid_target");
    }

    [Fact]
    public async Task The_authorize_endpoint_invites_no_page_of_another_origin()
    {
        using var client = await ClientAsync();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/oauth/authorize");
        preflight.Headers.Add("Origin", "http://localhost:6274");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await client.Http.SendAsync(preflight, Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A good request with the parameter once more: behind its own, and before it.</summary>
    private static string[] Twice(OAuthClient client, string parameter, string value)
    {
        var query = QueryHelpers.AddQueryString("", client.Request())[1..];
        var added = $"{parameter}={Uri.EscapeDataString(value)}";
        return [$"/oauth/authorize?{query}&{added}", $"/oauth/authorize?{added}&{query}"];
    }
}
