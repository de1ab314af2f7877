using System.Net;

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
    }
}
