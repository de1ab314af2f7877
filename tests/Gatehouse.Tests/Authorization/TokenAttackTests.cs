using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteTokenAttackTests(SqliteProtocol fixture) : TokenAttackTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresTokenAttackTests(PostgresProtocol fixture) : TokenAttackTests(fixture), IClassFixture<PostgresProtocol>;

/// <summary>Tokens and codes in the wrong hands, at the wrong time, or made up.</summary>
public abstract class TokenAttackTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    [Fact]
    public async Task A_forged_access_token_withdraws_nothing()
    {
        using var victim = await ClientAsync();
        var tokens = await victim.TokensAsync(Cancellation);
        using var attacker = await ClientAsync(user: "mallory");
        var own = await attacker.TokensAsync(Cancellation);
        var claims = tokens.Claims.DeepClone();
        claims["client_id"] = attacker.ClientId;
        var payload = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        var unsigned = WebEncoders.Base64UrlEncode("""{"alg":"none","typ":"at+jwt"}"""u8);
        foreach (var forged in (string[])[$"{own.AccessToken.Split('.')[0]}.{payload}.{own.AccessToken.Split('.')[2]}", $"{unsigned}.{payload}."])
        {
            await attacker.PostFormAsync("/oauth/revoke", Cancellation, ("token", forged), ("token_type_hint", "access_token"), ("client_id", attacker.ClientId));
        }

        Assert.False(Process.Get<IRevocations>().IsRevoked(tokens.GrantId));
        Assert.Equal(HttpStatusCode.OK, (await victim.RefreshAsync(tokens.RefreshToken, Cancellation)).Status);
    }

    [Fact]
    public async Task Who_does_not_say_which_client_it_is_cannot_revoke()
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        foreach (var clientId in (string?[])[null, "", "nobody"])
        {
            var answer = await client.PostFormAsync("/oauth/revoke", Cancellation, ("token", tokens.RefreshToken), ("client_id", clientId));
            Assert.True(answer.Error is "invalid_client" or "invalid_request", answer.Error);
        }

        Assert.False(Process.Get<IRevocations>().IsRevoked(tokens.GrantId));
    }

    [Fact]
    public async Task A_client_with_a_secret_needs_it_to_refresh_and_to_revoke()
    {
        using var client = new OAuthClient(Process.Root);
        var secret = await RegisterWithSecretAsync(client);
        var tokens = await client.ExchangeAsync(await client.CodeAsync(Cancellation), Cancellation, ("client_secret", secret));
        foreach (var tried in (string?[])[null, "", "wrong"])
        {
            Assert.Equal("invalid_client", (await client.RefreshAsync(tokens.RefreshToken, Cancellation, ("client_secret", tried))).Error);
            Assert.Equal("invalid_client", (await client.PostFormAsync("/oauth/revoke", Cancellation, ("token", tokens.RefreshToken), ("client_id", client.ClientId), ("client_secret", tried))).Error);
        }

        var refused = Process.Audit.Last(AuditAction.RevokeToken, client.ClientId);
        Assert.Equal((AuditOutcome.Refused, "Keeper"), (refused.Outcome, refused.ClientName));
        Assert.Equal(HttpStatusCode.OK, (await client.RefreshAsync(tokens.RefreshToken, Cancellation, ("client_secret", secret))).Status);
    }

    [Fact]
    public async Task One_clients_secret_does_not_speak_for_another()
    {
        using var victim = await ClientAsync();
        var code = await victim.CodeAsync(Cancellation);
        using var attacker = new OAuthClient(Process.Root, "mallory");
        var secret = await RegisterWithSecretAsync(attacker);
        attacker.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{attacker.ClientId}:{secret}")));
        foreach (var clientId in (string?[])[victim.ClientId, null])
        {
            var answer = await attacker.ExchangeAsync(code, Cancellation, ("client_id", clientId), ("code_verifier", victim.Verifier));
            Assert.NotNull(answer.Error);
            Assert.Null(answer.Body["access_token"]);
        }

        Assert.Equal(HttpStatusCode.OK, (await victim.ExchangeAsync(code, Cancellation)).Status);
    }

    [Fact]
    public async Task Who_is_shut_out_before_the_code_is_redeemed_gets_no_token()
    {
        using var client = await ClientAsync(user: "goner");
        var code = await client.CodeAsync(Cancellation);
        Process.SignIn.ShutOut("goner", "left yesterday");
        AssertRefused(await client.ExchangeAsync(code, Cancellation), "invalid_grant");
        var recorded = Process.Audit.Last(AuditAction.IssueToken, client.ClientId);
        Assert.Equal((AuditOutcome.Refused, "goner@example.com", "Tester"), (recorded.Outcome, recorded.User, recorded.ClientName));
    }

    [Fact]
    public async Task A_code_is_good_for_a_minute_and_a_refresh_token_for_as_long_as_configured()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var settings = Fixture.NewSettings() with { Tokens = new TokenSettings { RefreshTokenLifetime = TimeSpan.FromMinutes(20) } };
        await using var process = await Fixture.StartAsync(settings, Cancellation, time);
        using var client = await new OAuthClient(process.Root).RegisterAsync(Cancellation);
        var tokens = await client.TokensAsync(Cancellation);
        var code = await client.CodeAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(61));
        AssertRefused(await client.ExchangeAsync(code, Cancellation), "invalid_grant");
        time.Advance(TimeSpan.FromMinutes(15));
        var refreshed = await client.RefreshAsync(tokens.RefreshToken, Cancellation);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        time.Advance(TimeSpan.FromMinutes(21));
        AssertRefused(await client.RefreshAsync(refreshed.RefreshToken, Cancellation), "invalid_grant");
    }

    /// <summary>RFC 6749 section 6: the new refresh token has the scope of the one before, whatever the access token beside it has.</summary>
    [Fact]
    public async Task A_refresh_for_less_narrows_that_access_token_and_not_the_grant()
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation, ("scope", "mcp offline_access"));
        var narrow = await client.RefreshAsync(tokens.RefreshToken, Cancellation, ("scope", "mcp"));
        Assert.Equal("mcp", (string)narrow.Claims["scope"]!);
        Assert.True(narrow.Body["scope"] is null || (string)narrow.Body["scope"]! == "mcp");
        var whole = await client.RefreshAsync(narrow.RefreshToken, Cancellation);
        Assert.Equal("mcp offline_access", (string)whole.Claims["scope"]!);
    }

    private static async Task<string> RegisterWithSecretAsync(OAuthClient client)
    {
        var metadata = new { client_name = "Keeper", redirect_uris = new[] { OAuthClient.Callback }, token_endpoint_auth_method = "client_secret_post" };
        var (_, body) = await client.PostJsonAsync("/oauth/register", metadata, Cancellation);
        client.ClientId = (string)body["client_id"]!;
        return (string)body["client_secret"]!;
    }
}
