using System.Net;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Identity;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteTokenTests(SqliteProtocol fixture) : TokenTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresTokenTests(PostgresProtocol fixture) : TokenTests(fixture), IClassFixture<PostgresProtocol>;

public abstract class TokenTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    [Fact]
    public async Task An_access_token_says_who_may_do_what_where()
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal("Bearer", (string)tokens.Body["token_type"]!);
        Assert.Equal("at+jwt", (string)tokens.Header["typ"]!);
        Assert.Equal("ES256", (string)tokens.Header["alg"]!);
        Assert.NotEmpty((string)tokens.Header["kid"]!);
        var claims = tokens.Claims;
        Assert.Equal($"{Process.Root}/oauth", (string)claims["iss"]!);
        Assert.Equal($"{Process.Root}/mcp", (string)claims["aud"]!);
        Assert.Equal("id-of-alice", (string)claims["sub"]!);
        Assert.Equal("alice@example.com", (string)claims["email"]!);
        Assert.Equal("alice", (string)claims["name"]!);
        Assert.Equal(["team-alice"], claims["groups"]!.AsArray().Select(group => (string)group!));
        Assert.Equal(client.ClientId, (string)claims["client_id"]!);
        Assert.Equal("Tester", (string)claims["client_name"]!);
        Assert.Equal("mcp", (string)claims["scope"]!);
        Assert.NotEmpty((string)claims["grant_id"]!);
        Assert.NotEmpty((string)claims["jti"]!);
        Assert.InRange((long)claims["exp"]! - (long)claims["iat"]!, 599, 601);
        Assert.InRange((int)tokens.Body["expires_in"]!, 590, 600);
        var recorded = Process.Audit.Last(AuditAction.IssueToken, client.ClientId);
        Assert.Equal((AuditOutcome.Ok, "id-of-alice", "alice@example.com", "Tester"), (recorded.Outcome, recorded.Subject, recorded.User, recorded.ClientName));
        Assert.Equal(Process.Resource, recorded.Target);
    }

    [Fact]
    public async Task A_refreshed_token_says_the_same_and_stands_on_the_same_grant()
    {
        using var client = await ClientAsync();
        var first = await client.TokensAsync(Cancellation, ("resource", $"{Process.Root}/mcp/memory"));
        var second = await client.RefreshAsync(first.RefreshToken, Cancellation);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        Assert.NotEqual((string)first.Claims["jti"]!, (string)second.Claims["jti"]!);
        foreach (var claim in (string[])["iss", "aud", "sub", "email", "name", "groups", "client_id", "client_name", "scope", "grant_id"])
        {
            Assert.Equal(first.Claims[claim]!.ToJsonString(), second.Claims[claim]!.ToJsonString());
        }

        Assert.Equal("id-of-alice", Process.Audit.Last(AuditAction.IssueToken, client.ClientId).Subject);
    }

    [Fact]
    public async Task Two_grants_are_two_grants()
    {
        using var client = await ClientAsync();
        Assert.NotEqual((await client.TokensAsync(Cancellation)).GrantId, (await client.TokensAsync(Cancellation)).GrantId);
    }

    [Fact]
    public async Task A_code_that_is_used_twice_withdraws_the_grant()
    {
        using var client = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        var tokens = await client.ExchangeAsync(code, Cancellation);
        var replay = await client.ExchangeAsync(code, Cancellation);
        AssertRefused(replay, "invalid_grant");
        Assert.True(Process.Get<IRevocations>().IsRevoked(tokens.GrantId));
        AssertRefused(await client.RefreshAsync(tokens.RefreshToken, Cancellation), "invalid_grant");
    }

    [Fact]
    public async Task A_code_needs_its_verifier()
    {
        using var client = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        AssertRefused(await client.ExchangeAsync(code, Cancellation, ("code_verifier", new string('x', 43))), "invalid_grant");
        AssertRefused(await client.ExchangeAsync(code, Cancellation, ("code_verifier", null)), "invalid_request");
        var recorded = Process.Audit.Last(AuditAction.IssueToken, client.ClientId);
        Assert.Equal((AuditOutcome.Refused, "Tester"), (recorded.Outcome, recorded.ClientName));
        Assert.DoesNotContain(code, recorded.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_names_the_user_whose_code_it_was()
    {
        using var client = await ClientAsync();
        await client.ExchangeAsync(await client.CodeAsync(Cancellation), Cancellation, ("code_verifier", new string('x', 43)));
        var recorded = Process.Audit.Last(AuditAction.IssueToken, client.ClientId);
        Assert.Equal((AuditOutcome.Refused, "id-of-alice"), (recorded.Outcome, recorded.Subject));
        Assert.StartsWith("invalid_grant", recorded.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_needs_the_redirect_uri_it_was_sent_to()
    {
        using var client = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        AssertRefused(await client.ExchangeAsync(code, Cancellation, ("redirect_uri", "http://127.0.0.1:8888/callback")), "invalid_grant");
        AssertRefused(await client.ExchangeAsync(code, Cancellation, ("redirect_uri", null)), "invalid_request");
    }

    [Fact]
    public async Task One_clients_code_and_refresh_token_are_worth_nothing_to_another()
    {
        using var client = await ClientAsync();
        using var thief = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        AssertRefused(await thief.ExchangeAsync(code, Cancellation, ("code_verifier", client.Verifier)), "invalid_grant");
        var tokens = await client.ExchangeAsync(code, Cancellation);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        AssertRefused(await thief.RefreshAsync(tokens.RefreshToken, Cancellation), "invalid_grant");
        Assert.Equal(HttpStatusCode.OK, (await client.RefreshAsync(tokens.RefreshToken, Cancellation)).Status);
    }

    [Theory]
    [InlineData("https://evil.example/mcp")]
    [InlineData("/mcp/memory")]
    [InlineData("not a uri")]
    public async Task A_token_cannot_be_had_for_another_resource_than_the_one_allowed(string resource)
    {
        var other = resource.StartsWith('/') ? Process.Root + resource : resource;
        using var client = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        AssertRefused(await client.ExchangeAsync(code, Cancellation, ("resource", other)), "invalid_target");
        var tokens = await client.ExchangeAsync(code, Cancellation, ("resource", $"{Process.Resource}/"));
        Assert.Equal(Process.Resource, (string)tokens.Claims["aud"]!);
        AssertRefused(await client.RefreshAsync(tokens.RefreshToken, Cancellation, ("resource", other)), "invalid_target");
        Assert.Equal(HttpStatusCode.OK, (await client.RefreshAsync(tokens.RefreshToken, Cancellation, ("resource", Process.Resource))).Status);
    }

    [Fact]
    public async Task A_refresh_token_that_is_used_twice_ends_the_whole_family()
    {
        using var client = await ClientAsync();
        var first = await client.TokensAsync(Cancellation);
        var second = await client.RefreshAsync(first.RefreshToken, Cancellation);
        Assert.False(Process.Get<IRevocations>().IsRevoked(first.GrantId));
        AssertRefused(await client.RefreshAsync(first.RefreshToken, Cancellation), "invalid_grant");
        Assert.True(Process.Get<IRevocations>().IsRevoked(first.GrantId));
        AssertRefused(await client.RefreshAsync(second.RefreshToken, Cancellation), "invalid_grant");
        Assert.Equal("id-of-alice", Process.Audit.Last(AuditAction.IssueToken, client.ClientId).Subject);
    }

    [Fact]
    public async Task Of_two_refreshes_at_once_at_most_one_succeeds()
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.RefreshAsync(tokens.RefreshToken, Cancellation)));
        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.OK), 0, 1);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => AssertRefused(answer, "invalid_grant"));
    }

    [Fact]
    public async Task Of_two_exchanges_of_one_code_at_once_at_most_one_succeeds()
    {
        using var client = await ClientAsync();
        var code = await client.CodeAsync(Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.ExchangeAsync(code, Cancellation)));
        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.OK), 0, 1);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => AssertRefused(answer, "invalid_grant"));
    }

    [Theory]
    [InlineData("mcp mcp:admin offline_access openid", "mcp")]
    [InlineData("mcp:admin", "mcp")]
    [InlineData("mcp", "mcp")]
    public async Task A_refresh_never_widens_what_was_granted(string requested, string granted)
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        var refreshed = await client.RefreshAsync(tokens.RefreshToken, Cancellation, ("scope", requested));
        Assert.Equal(granted, (string)refreshed.Claims["scope"]!);
    }

    [Fact]
    public async Task Who_is_not_let_in_any_more_cannot_refresh_and_loses_the_grant()
    {
        using var client = await ClientAsync(user: "leaver");
        var tokens = await client.TokensAsync(Cancellation);
        Process.SignIn.ShutOut("leaver", "left the domain");
        AssertRefused(await client.RefreshAsync(tokens.RefreshToken, Cancellation), "invalid_grant");
        Assert.True(Process.Get<IRevocations>().IsRevoked(tokens.GrantId));
        Assert.Contains("left the domain", Process.Audit.Last(AuditAction.IssueToken, client.ClientId).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task Revoking_a_token_withdraws_its_grant(string kind)
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        var token = kind == "access_token" ? tokens.AccessToken : tokens.RefreshToken;
        var answer = await client.PostFormAsync("/oauth/revoke", Cancellation, ("token", token), ("token_type_hint", kind), ("client_id", client.ClientId));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(Process.Get<IRevocations>().IsRevoked(tokens.GrantId));
        AssertRefused(await client.RefreshAsync(tokens.RefreshToken, Cancellation), "invalid_grant");
        var recorded = Process.Audit.Last(AuditAction.RevokeToken, client.ClientId);
        Assert.Equal((AuditOutcome.Ok, "id-of-alice", "Tester"), (recorded.Outcome, recorded.Subject, recorded.ClientName));
    }

    [Fact]
    public async Task Another_clients_token_cannot_be_revoked()
    {
        using var client = await ClientAsync();
        using var other = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        foreach (var token in (string[])[tokens.RefreshToken, tokens.AccessToken])
        {
            await other.PostFormAsync("/oauth/revoke", Cancellation, ("token", token), ("client_id", other.ClientId));
        }

        Assert.False(Process.Get<IRevocations>().IsRevoked(tokens.GrantId));
        Assert.Equal(HttpStatusCode.OK, (await client.RefreshAsync(tokens.RefreshToken, Cancellation)).Status);
    }

    [Fact]
    public async Task Revoking_nonsense_is_no_error()
    {
        using var client = await ClientAsync();
        var answer = await client.PostFormAsync("/oauth/revoke", Cancellation, ("token", "nonsense"), ("client_id", client.ClientId));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task A_token_that_cannot_be_recorded_is_not_issued()
    {
        await using var process = await Fixture.StartAsync(Fixture.NewSettings(), Cancellation);
        using var client = await new OAuthClient(process.Root).RegisterAsync(Cancellation);
        var code = await client.CodeAsync(Cancellation);
        process.Audit.IsAway = true;
        var answer = await client.ExchangeAsync(code, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("temporarily_unavailable", answer.Error);
        Assert.Null(answer.Body["access_token"]);
    }
}
