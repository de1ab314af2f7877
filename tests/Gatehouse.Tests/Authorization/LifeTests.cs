using System.Net;
using System.Text.Json.Nodes;
using Gatehouse.Authorization.Keys;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Tests.Parts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteLifeTests() : LifeTests(new SqliteProtocol());

public sealed class PostgresLifeTests(PostgresServer server) : LifeTests(new PostgresProtocol(server));

/// <summary>What outlives a process, and what is shared between two. Each test has a store of its own, since keys and clocks change.</summary>
public abstract class LifeTests(ProtocolFixture fixture) : ProtocolTests(fixture), IAsyncLifetime
{
    public ValueTask InitializeAsync() => Fixture.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Fixture.DisposeAsync();
    }

    [Fact]
    public async Task Everything_survives_a_restart()
    {
        var settings = Fixture.NewSettings();
        OAuthClient client;
        string code;
        Answer tokens;
        JsonNode keys;
        Dictionary<string, string> form;
        await using (var before = await Fixture.StartAsync(settings, Cancellation))
        {
            client = await new OAuthClient(before.Root).RegisterAsync(Cancellation);
            tokens = await client.TokensAsync(Cancellation);
            code = await client.CodeAsync(Cancellation);
            keys = await client.GetJsonAsync("/oauth/jwks", Cancellation);
            using var page = await client.AuthorizeAsync(Cancellation, ("prompt", "consent"));
            form = OAuthClient.FieldsOf(await page.Content.ReadAsStringAsync(Cancellation));
        }

        using (client)
        {
            await using var after = await Fixture.StartAsync(settings, Cancellation);
            Assert.True(JsonNode.DeepEquals(keys, await client.GetJsonAsync("/oauth/jwks", Cancellation)));
            var exchanged = await client.ExchangeAsync(code, Cancellation);
            var refreshed = await client.RefreshAsync(tokens.RefreshToken, Cancellation);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (exchanged.Status, refreshed.Status));
            Assert.Equal((string)tokens.Header["kid"]!, (string)refreshed.Header["kid"]!);
            form["decision"] = "allow";
            using var decided = await client.Http.PostAsync("/oauth/authorize", new FormUrlEncodedContent(form), Cancellation);
            Assert.NotEmpty(OAuthClient.AnswerOf(decided)["code"]);
        }
    }

    [Fact]
    public async Task Two_processes_on_one_store_are_one_server()
    {
        // The same public URL, as behind a load balancer; the second one listens elsewhere.
        var settings = Process.Settings with { Listen = Fixture.NewSettings().Listen };
        await using var second = await Fixture.StartAsync(settings, Cancellation);
        using var here = await ClientAsync();
        using var there = new OAuthClient(second.Address.GetLeftPart(UriPartial.Authority)) { ClientId = here.ClientId };
        var code = await here.CodeAsync(Cancellation);
        var tokens = await there.ExchangeAsync(code, Cancellation, ("code_verifier", here.Verifier));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal($"{Process.Root}/oauth", (string)tokens.Claims["iss"]!);
        Assert.True(JsonNode.DeepEquals(await here.GetJsonAsync("/oauth/jwks", Cancellation), await there.GetJsonAsync("/oauth/jwks", Cancellation)));
        Assert.True(JsonNode.DeepEquals(
            await here.GetJsonAsync("/.well-known/oauth-authorization-server", Cancellation),
            await there.GetJsonAsync("/.well-known/oauth-authorization-server", Cancellation)));

        var refreshed = await here.RefreshAsync(tokens.RefreshToken, Cancellation);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal("invalid_grant", (await there.RefreshAsync(tokens.RefreshToken, Cancellation)).Error);
        Assert.Equal("invalid_grant", (await here.RefreshAsync(refreshed.RefreshToken, Cancellation)).Error);
    }

    [Fact]
    public async Task Processes_that_start_at_once_agree_on_one_key()
    {
        var store = Process.Get<ISigningKeyStore>();
        await store.RemoveAsync([.. (await store.ListAsync(Cancellation)).Select(key => key.KeyId)], Cancellation);
        var rings = Enumerable.Range(0, 6).Select(_ => ActivatorUtilities.CreateInstance<SigningKeyRing>(Process.Get<IServiceProvider>())).ToList();
        await Task.WhenAll(rings.Select(ring => ring.RenewAsync(Cancellation)));
        await Process.Get<SigningKeyRing>().RenewAsync(Cancellation);
        Assert.Single(rings.Append(Process.Get<SigningKeyRing>()).Select(ring => ring.Current.KeyId).Distinct());
    }

    [Fact]
    public async Task Keys_are_renewed_without_a_restart_and_tokens_outlive_the_change()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var settings = Fixture.NewSettings() with { Tokens = new TokenSettings { SigningKeyLifetime = TimeSpan.FromMinutes(20) } };
        await using var process = await Fixture.StartAsync(settings, Cancellation, time);
        var ring = process.Get<SigningKeyRing>();
        using var client = await new OAuthClient(process.Root).RegisterAsync(Cancellation);
        var before = await client.TokensAsync(Cancellation);
        var first = (string)before.Header["kid"]!;

        // Announced: published, but not signing yet.
        time.Advance(TimeSpan.FromMinutes(11));
        await ring.RenewAsync(Cancellation);
        var announced = await KeyIdsAsync(client);
        Assert.Equal(2, announced.Count);
        Assert.Contains(first, announced);
        var during = await client.RefreshAsync(before.RefreshToken, Cancellation);
        Assert.Equal(first, (string)during.Header["kid"]!);

        // In charge: the old one is still published, since its tokens are still good.
        time.Advance(TimeSpan.FromMinutes(11));
        var after = await client.RefreshAsync(during.RefreshToken, Cancellation);
        var second = (string)after.Header["kid"]!;
        Assert.NotEqual(first, second);
        Assert.Contains(second, announced);
        Assert.Contains(first, await KeyIdsAsync(client));

        // And gone, once they are not.
        time.Advance(TimeSpan.FromMinutes(15));
        await ring.RenewAsync(Cancellation);
        Assert.DoesNotContain(first, await KeyIdsAsync(client));
        Assert.Equal(HttpStatusCode.OK, (await client.RefreshAsync(after.RefreshToken, Cancellation)).Status);
    }

    [Fact]
    public async Task The_gateway_can_check_a_token_with_the_keys_that_it_sees()
    {
        using var client = await ClientAsync();
        var tokens = await client.TokensAsync(Cancellation);
        var keys = await Process.Get<IVerificationKeys>().GetAsync(Cancellation);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(tokens.AccessToken, new TokenValidationParameters
        {
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = ["ES256"],
            ValidIssuer = $"{Process.Root}/oauth",
            ValidAudience = Process.Resource,
            IssuerSigningKeys = keys.Select(key => new JsonWebKey(key.JsonWebKey)),
        });
        Assert.Null(result.Exception);
        Assert.DoesNotContain(keys, key => key.JsonWebKey.Contains("\"d\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_secret_is_kept_in_clear()
    {
        var stored = await Process.Get<ISigningKeyStore>().ListAsync(Cancellation);
        Assert.All(stored, key => Assert.ThrowsAny<Exception>(() => ImportPlain(key.ProtectedPrivateKey)));
        using var client = new OAuthClient(Process.Root);
        var (_, registered) = await client.PostJsonAsync("/oauth/register", new { redirect_uris = new[] { OAuthClient.Callback }, token_endpoint_auth_method = "client_secret_post" }, Cancellation);
        await using var scope = Process.Get<IServiceScopeFactory>().CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var application = (await applications.FindByClientIdAsync((string)registered["client_id"]!, Cancellation))!;
        var descriptor = new OpenIddictApplicationDescriptor();
        await applications.PopulateAsync(descriptor, application, Cancellation);
        Assert.NotNull(descriptor.ClientSecret);
        Assert.NotEqual((string)registered["client_secret"]!, descriptor.ClientSecret);
    }

    [Fact]
    public async Task What_has_expired_is_removed_and_what_is_good_stays()
    {
        var settings = Fixture.NewSettings();
        OAuthClient client;
        Answer old;
        await using (var monthAgo = await Fixture.StartAsync(settings, Cancellation, new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(31))))
        {
            client = await new OAuthClient(monthAgo.Root).RegisterAsync(Cancellation);
            old = await client.TokensAsync(Cancellation);
        }

        using var disposing = client;
        await using var process = await Fixture.StartAsync(settings, Cancellation);
        var current = await client.TokensAsync(Cancellation);
        await process.Get<IEnumerable<IHostedService>>().OfType<Housekeeping>().Single().PruneAsync(Cancellation);
        await using var scope = process.Get<IServiceScopeFactory>().CreateAsyncScope();
        var grants = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        Assert.Null(await grants.FindByIdAsync(old.GrantId, Cancellation));
        Assert.NotNull(await grants.FindByIdAsync(current.GrantId, Cancellation));
        Assert.Equal("invalid_grant", (await client.RefreshAsync(old.RefreshToken, Cancellation)).Error);
        Assert.Equal(HttpStatusCode.OK, (await client.RefreshAsync(current.RefreshToken, Cancellation)).Status);
    }

    private static void ImportPlain(byte[] key)
    {
        using var ecdsa = System.Security.Cryptography.ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(key, out _);
    }

    private static async Task<List<string>> KeyIdsAsync(OAuthClient client) =>
        [.. (await client.GetJsonAsync("/oauth/jwks", Cancellation))["keys"]!.AsArray().Select(key => (string)key!["kid"]!)];
}
