using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Downstream.Authentication;
using Gatehouse.Tests.Gateway.Sessions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Gatehouse.Tests.Gateway.Downstream;

/// <summary>Forged, foreign, stale and withdrawn tokens, against a token that is right.</summary>
public sealed class AccessTokensTests : IDisposable
{
    private const string Resource = "http://localhost:8080/mcp";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero));
    private readonly Keys _keys = new();
    private readonly RememberedRevocations _withdrawn = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly AccessTokens _tokens;

    public AccessTokensTests()
    {
        _keys.Add("k1", _key);
        _tokens = new AccessTokens(new TokenKeys(_keys, _time), _withdrawn, new PublicEndpoints(new Uri("http://localhost:8080")), _time);
    }

    [Fact]
    public async Task A_token_of_ours_says_who_calls()
    {
        var valid = Assert.IsType<TokenResult.Valid>(await CheckAsync(Token()));
        var caller = valid.Token.Caller;
        Assert.Equal(("alice", "alice@example.com", "client", "Test"), (caller.Subject, caller.Email, caller.ClientId, caller.ClientName));
        Assert.Equal(["staff"], caller.Groups);
        Assert.Equal(["mcp", "offline_access"], caller.Scopes.Order());
    }

    [Fact]
    public async Task A_token_is_for_its_own_endpoint_also_once_it_is_known()
    {
        var token = Token();
        Assert.IsType<TokenResult.Valid>(await CheckAsync(token));
        Assert.IsType<TokenResult.Invalid>(await _tokens.CheckAsync(token, $"{Resource}/wiki", Cancellation));
        Assert.IsType<TokenResult.Invalid>(await CheckAsync(Token(claims => claims["aud"] = $"{Resource}/")));
    }

    [Fact]
    public async Task A_withdrawn_grant_ends_its_tokens_at_once()
    {
        var token = Token();
        Assert.IsType<TokenResult.Valid>(await CheckAsync(token));
        await _withdrawn.RevokeAsync("grant-1", Cancellation);
        Assert.IsType<TokenResult.Invalid>(await CheckAsync(token));
    }

    [Fact]
    public async Task A_token_ends_when_it_says_also_once_it_is_known()
    {
        var token = Token(expires: TimeSpan.FromMinutes(2));
        Assert.IsType<TokenResult.Valid>(await CheckAsync(token));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.IsType<TokenResult.Invalid>(await CheckAsync(token));
    }

    [Fact]
    public async Task A_key_that_is_new_is_fetched_and_one_that_is_gone_is_forgotten()
    {
        Assert.IsType<TokenResult.Valid>(await CheckAsync(Token()));
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _keys.Add("k2", next);
        Assert.IsType<TokenResult.Valid>(await CheckAsync(Token(key: next, keyId: "k2")));

        _keys.Remove("k1");
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.IsType<TokenResult.Invalid>(await CheckAsync(Token()));
    }

    [Theory]
    [InlineData("iss", "http://localhost:8080/oauth/")]
    [InlineData("iss", "https://evil.example/oauth")]
    [InlineData("sub", null)]
    [InlineData("email", null)]
    [InlineData("client_id", null)]
    [InlineData("grant_id", null)]
    public async Task A_claim_that_is_wrong_or_missing_refuses_the_token(string claim, string? value) =>
        Assert.IsType<TokenResult.Invalid>(await CheckAsync(Token(claims =>
        {
            if (value is null) claims.Remove(claim);
            else claims[claim] = value;
        })));

    [Fact]
    public async Task Another_key_under_our_key_id_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.IsType<TokenResult.Invalid>(await CheckAsync(Token(key: other)));
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("id+jwt")]
    public async Task A_token_of_another_type_is_refused(string type) => Assert.IsType<TokenResult.Invalid>(await CheckAsync(Token(type: type)));

    [Fact]
    public async Task The_algorithm_none_is_refused()
    {
        var parts = Token().Split('.');
        var header = Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt","kid":"k1"}""");
        Assert.IsType<TokenResult.Invalid>(await CheckAsync($"{header}.{parts[1]}."));
        Assert.IsType<TokenResult.Invalid>(await CheckAsync($"{header}.{parts[1]}.{parts[2]}"));
    }

    [Fact]
    public async Task The_public_key_is_no_shared_secret()
    {
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(_keys.JsonOf("k1"))) { KeyId = "k1" };
        var forged = new JsonWebTokenHandler().CreateToken(Descriptor(new SigningCredentials(secret, SecurityAlgorithms.HmacSha256), "at+jwt", TimeSpan.FromMinutes(10)));
        Assert.IsType<TokenResult.Invalid>(await CheckAsync(forged));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("....")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.")]
    public async Task What_is_no_token_is_refused(string token) => Assert.IsType<TokenResult.Invalid>(await CheckAsync(token));

    [Fact]
    public async Task A_token_longer_than_any_of_ours_is_not_looked_at() => Assert.IsType<TokenResult.Invalid>(await CheckAsync(new string('a', 20_000)));

    public void Dispose() => _key.Dispose();

    private async Task<object> CheckAsync(string token) => await _tokens.CheckAsync(token, Resource, Cancellation);

    private string Token(Action<Dictionary<string, object>>? change = null, ECDsa? key = null, string keyId = "k1", string type = "at+jwt", TimeSpan? expires = null)
    {
        var credentials = new SigningCredentials(new ECDsaSecurityKey(key ?? _key) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
        var descriptor = Descriptor(credentials, type, expires ?? TimeSpan.FromMinutes(10));
        change?.Invoke((Dictionary<string, object>)descriptor.Claims);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    private SecurityTokenDescriptor Descriptor(SigningCredentials credentials, string type, TimeSpan expires) => new()
    {
        SigningCredentials = credentials,
        TokenType = type,
        Expires = (_time.GetUtcNow() + expires).UtcDateTime,
        Claims = new Dictionary<string, object>
        {
            ["iss"] = "http://localhost:8080/oauth",
            ["aud"] = Resource,
            ["sub"] = "alice",
            ["email"] = "alice@example.com",
            ["groups"] = new[] { "staff" },
            ["client_id"] = "client",
            ["client_name"] = "Test",
            ["scope"] = "mcp offline_access",
            ["grant_id"] = "grant-1",
        },
    };

    private sealed class Keys : IVerificationKeys
    {
        private readonly Dictionary<string, string> _byId = [];

        public void Add(string keyId, ECDsa key)
        {
            var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(key.ExportParameters(false))) { KeyId = keyId });
            _byId[keyId] = $$"""{"kty":"EC","crv":"P-256","x":"{{jwk.X}}","y":"{{jwk.Y}}","kid":"{{keyId}}","alg":"ES256","use":"sig"}""";
        }

        public void Remove(string keyId) => _byId.Remove(keyId);

        public string JsonOf(string keyId) => _byId[keyId];

        public ValueTask<IReadOnlyList<VerificationKey>> GetAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<VerificationKey>>([.. _byId.Select(pair => new VerificationKey(pair.Key, pair.Value))]);
    }
}
