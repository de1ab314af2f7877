using System.Net;
using System.Text;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteTokenRequestTests(SqliteProtocol fixture) : TokenRequestTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresTokenRequestTests(PostgresProtocol fixture) : TokenRequestTests(fixture), IClassFixture<PostgresProtocol>;

/// <summary>Requests that no client in its right mind sends.</summary>
public abstract class TokenRequestTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    public static TheoryData<string, string> BadForms => new()
    {
        { "", "invalid_request" },
        { "grant_type=", "invalid_request" },
        { "grant_type=authorization_code", "invalid_request" },
        { "grant_type=authorization_code&client_id=nobody&code=x&redirect_uri=x&code_verifier=x", "invalid_client" },
        { "grant_type=password&client_id={client}&username=x&password=y", "unsupported_grant_type" },
        { "grant_type=client_credentials&client_id={client}", "unsupported_grant_type" },
        { "grant_type=urn:nonsense&client_id={client}", "unsupported_grant_type" },
        { "grant_type=authorization_code&client_id={client}&code=nonsense&redirect_uri=x&code_verifier=x", "invalid_grant" },
        { "grant_type=authorization_code&client_id={client}&client_id=other&code=x", "invalid_request" },
        { "grant_type=refresh_token&client_id={client}", "invalid_request" },
        { "grant_type=refresh_token&client_id={client}&refresh_token=nonsense", "invalid_grant" },
        { "grant_type=refresh_token&client_id={client}&refresh_token=a.b.c", "invalid_grant" },
        { "grant_type=refresh_token&client_id={client}&refresh_token=%00%ff%fe", "invalid_request" },
    };

    [Theory, MemberData(nameof(BadForms))]
    public async Task A_bad_request_gets_the_error_that_the_rfc_names(string form, string error)
    {
        using var client = await ClientAsync();
        using var content = new StringContent(form.Replace("{client}", client.ClientId, StringComparison.Ordinal), Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await client.Http.PostAsync("/oauth/token", content, Cancellation);
        var answer = await Answer.ReadAsync(response, Cancellation);
        Assert.Equal(error, answer.Error);
        Assert.True((int)answer.Status is 400 or 401, $"{answer.Status}");
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Null(answer.Body["error_uri"]);
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_an_invalid_request()
    {
        using var client = await ClientAsync();
        using var response = await client.Http.PostAsync("/oauth/token", new StringContent("{}", Encoding.UTF8, "application/json"), Cancellation);
        AssertRefused(await Answer.ReadAsync(response, Cancellation), "invalid_request");
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_has_too_many_fields_is_refused_and_not_a_crash()
    {
        using var client = await ClientAsync();
        using var large = await client.Http.PostAsync("/oauth/token", new FormUrlEncodedContent([new("grant_type", new string('x', 70_000))]), Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        var fields = string.Join('&', Enumerable.Range(0, 2000).Select(index => $"a{index}=1"));
        using var many = await client.Http.PostAsync("/oauth/token", new StringContent(fields, Encoding.UTF8, "application/x-www-form-urlencoded"), Cancellation);
        AssertRefused(await Answer.ReadAsync(many, Cancellation), "invalid_request");
    }

    [Fact]
    public async Task An_access_token_is_no_code_and_no_refresh_token()
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        AssertRefused(await client.RefreshAsync(tokens.AccessToken, Cancellation), "invalid_grant");
        AssertRefused(await client.ExchangeAsync(tokens.AccessToken, Cancellation), "invalid_grant");
        AssertRefused(await client.ExchangeAsync(tokens.RefreshToken, Cancellation), "invalid_grant");
    }
}
