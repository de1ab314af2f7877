using System.Net;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Authorization.Providers;

/// <summary>Answers that no honest provider would give.</summary>
public sealed class ForgedSignInTests(ForgedSignInTests.Forger forger) : IClassFixture<ForgedSignInTests.Forger>
{
    private const string Secret = "the-client-secret-that-nobody-may-see";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public sealed class Forger : IAsyncLifetime
    {
        internal OAuth2MockServer Server { get; } = new();

        public async ValueTask InitializeAsync() => await Server.StartAsync(TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private static readonly Dictionary<string, object> _alice = new()
    {
        ["sub"] = "1",
        ["email"] = "alice@example.com",
        ["email_verified"] = true,
        ["hd"] = "example.com",
    };

    private IdentitySettings Google => new()
    {
        Provider = IdentityProvider.Google,
        Google = new GoogleSettings { ClientId = "gatehouse", ClientSecret = Secret, Domain = "example.com", Issuer = forger.Server.Issuer },
    };

    [Theory]
    [InlineData("signature", "the ID token's signature is missing or wrong")]
    [InlineData("unsigned", "the ID token's signature is missing or wrong")]
    [InlineData("foreign-key", "the ID token's signature is missing or wrong")]
    [InlineData("hmac", null)]
    public async Task A_forged_signature_is_refused(string forge, string? reason) =>
        await AssertUntrustedAsync(new { claims = _alice, forge }, reason);

    [Theory]
    [InlineData("nonce", "another", "the ID token's nonce is not this sign-in's")]
    [InlineData("nonce", null, "the ID token's nonce is not this sign-in's")]
    [InlineData("iss", "https://accounts.google.com", "the ID token is another issuer's")]
    [InlineData("aud", "another-client", "the ID token is for another client")]
    [InlineData("exp", 1_000_000_000, "the ID token is not of this time")]
    public async Task A_token_made_for_something_else_is_refused(string claim, object? value, string reason) =>
        await AssertUntrustedAsync(new { claims = With(claim, value) }, reason);

    [Theory]
    [InlineData("hd", null, "hd is missing: not an account of a Workspace domain")]
    [InlineData("hd", "elsewhere.test", "hd is not the configured domain")]
    [InlineData("hd", "example.com.elsewhere.test", "hd is not the configured domain")]
    [InlineData("email", "alice@elsewhere.test", "alice@elsewhere.test is not an address of example.com.")]
    [InlineData("email", "alice@elsewhere.test@example.com", "email is missing, ambiguous, or no address")]
    [InlineData("email", "Alice <alice@example.com>", "email is missing, ambiguous, or no address")]
    [InlineData("email_verified", false, "email_verified is not true")]
    [InlineData("email_verified", null, "email_verified is not true")]
    public async Task A_genuine_token_of_the_wrong_account_is_refused(string claim, object? value, string reason)
    {
        var (landing, rows) = await SignInAsync(new { claims = With(claim, value) });
        Assert.Equal(HttpStatusCode.Forbidden, landing.Status);
        Assert.Equal((AuditOutcome.Refused, reason), (Assert.Single(rows).Outcome, rows[0].Reason));
        Assert.NotNull(landing.Link("Try another account"));
    }

    [Fact]
    public async Task The_hosted_domain_is_compared_without_regard_to_case()
    {
        var (landing, rows) = await SignInAsync(new { claims = With("hd", "EXAMPLE.com") });
        Assert.Equal("/who", landing.Address.AbsolutePath);
        Assert.Equal(AuditOutcome.Ok, Assert.Single(rows).Outcome);
    }

    [Theory]
    [InlineData(400, "invalid_grant", HttpStatusCode.BadRequest, "the provider answered invalid_grant: the code is unknown to it, or was used already")]
    [InlineData(401, "invalid_client", HttpStatusCode.BadGateway, "the provider answered invalid_client")]
    [InlineData(500, "server_error", HttpStatusCode.BadGateway, "the provider answered server_error")]
    public async Task An_error_of_the_token_endpoint_is_told_apart(int status, string error, HttpStatusCode expected, string reason)
    {
        var body = new { error, error_description = $"the secret {Secret} <script>alert(1)</script>" };
        var (landing, rows) = await SignInAsync(new { token = new { status, body } });
        Assert.Equal(expected, landing.Status);
        Assert.DoesNotContain("script", landing.Body);
        Assert.Equal(reason, Assert.Single(rows).Reason);
    }

    [Fact]
    public async Task An_error_in_the_answer_is_told_and_none_of_its_words_are_repeated()
    {
        var (landing, rows) = await SignInAsync(new { redirect = new { error = "temporarily_unavailable\"><script>", error_description = "<script>alert(1)</script>" } });
        Assert.Equal(HttpStatusCode.BadGateway, landing.Status);
        Assert.DoesNotContain("script", landing.Body);
        Assert.Equal("the provider answered temporarily_unavailablescript", Assert.Single(rows).Reason);
    }

    [Fact]
    public async Task A_userinfo_answer_that_contradicts_the_token_is_refused()
    {
        var settings = new IdentitySettings
        {
            Provider = IdentityProvider.Oidc,
            Oidc = new OidcSettings { ClientId = "gatehouse", Issuer = forger.Server.Issuer, AllowedDomains = ["example.com"] },
        };
        var (landing, rows) = await SignInAsync(new { claims = _alice, userinfo = new { email = "root@example.com", email_verified = true } }, settings);
        Assert.Equal(HttpStatusCode.Forbidden, landing.Status);
        Assert.Equal("email is missing, ambiguous, or no address", Assert.Single(rows).Reason);
    }

    [Fact]
    public async Task An_answer_after_ten_minutes_is_too_late_even_if_the_browser_kept_its_cookies()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await forger.Server.ForgeAsync(new { claims = _alice }, Cancellation);
        await using var host = await SignInHost.StartAsync(Google, time: time);
        var browser = host.NewBrowser();
        var callback = await browser.GoAsync("/who", uri => uri.AbsolutePath == "/auth/callback");
        time.Advance(TimeSpan.FromMinutes(11));
        var landing = await browser.GoAsync(callback.Next!.AbsoluteUri);
        Assert.Equal(HttpStatusCode.BadRequest, landing.Status);
        Assert.Contains("took longer than ten minutes", landing.Text);
    }

    [Fact]
    public async Task A_session_ends_after_its_lifetime()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await forger.Server.ForgeAsync(new { claims = _alice }, Cancellation);
        await using var host = await SignInHost.StartAsync(Google, time: time);
        var browser = host.NewBrowser();
        await browser.GoAsync("/who");
        time.Advance(host.Settings.Tokens.SessionLifetime - TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await browser.GoAsync("/peek")).Status);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GoAsync("/peek")).Status);
    }

    [Fact]
    public async Task The_process_starts_while_the_provider_is_down_and_recovers_with_it()
    {
        var port = FreePort.Take();
        await using var host = await SignInHost.StartAsync(At($"http://localhost:{port}"));
        var browser = host.NewBrowser();
        var down = await browser.GoAsync("/who");
        Assert.Equal(HttpStatusCode.BadGateway, down.Status);
        Assert.Contains("The sign-in service does not answer", down.Text);

        await using var provider = new Emulate();
        await provider.StartAsync(("gatehouse", Secret), "https://gatehouse.test/auth/callback", [], port, Cancellation);
        Assert.Contains("Sign in to Google", (await browser.GoAsync("/who")).Text);
        var row = Assert.Single(await host.RowsAsync());
        Assert.Equal(AuditOutcome.Unreachable, row.Outcome);
        Assert.Contains("Connection refused", row.Reason);
        Assert.Contains(host.Log, line => line.StartsWith("Sign-in does not work: the provider cannot be reached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_discovery_document_of_another_issuer_is_not_believed()
    {
        await using var host = await SignInHost.StartAsync(At($"http://127.0.0.1:{forger.Server.Issuer.Port}"));
        Assert.Equal(HttpStatusCode.BadGateway, (await host.NewBrowser().GoAsync("/who")).Status);
        Assert.Equal("the provider cannot be reached: the discovery document is another issuer's", Assert.Single(await host.RowsAsync()).Reason);
    }

    [Fact]
    public async Task Google_can_be_somewhere_else()
    {
        await forger.Server.ForgeAsync(new { claims = _alice }, Cancellation);
        await using var host = await SignInHost.StartAsync(Google with
        {
            Google = Google.Google! with { AuthorizationEndpoint = new Uri("http://127.0.0.1:9/elsewhere") },
        });
        var redirect = await host.NewBrowser().GoAsync("/who", uri => uri.AbsolutePath == "/elsewhere");
        Assert.Equal("127.0.0.1:9", redirect.Next!.Authority);
    }

    private IdentitySettings At(string issuer) => Google with { Google = Google.Google! with { Issuer = new Uri(issuer) } };

    private async Task AssertUntrustedAsync(object scenario, string? reason)
    {
        var (landing, rows) = await SignInAsync(scenario);
        Assert.Equal(HttpStatusCode.BadRequest, landing.Status);
        Assert.Contains("This sign-in cannot be trusted", landing.Text);
        Assert.DoesNotContain("IDX", landing.Body);
        var row = Assert.Single(rows);
        Assert.Equal(AuditOutcome.Refused, row.Outcome);
        if (reason is null) Assert.StartsWith("the ID token", row.Reason);
        else Assert.Equal(reason, row.Reason);
    }

    private async Task<(Browser.Landing Landing, IReadOnlyList<AuditEvent> Rows)> SignInAsync(object scenario, IdentitySettings? settings = null)
    {
        await forger.Server.ForgeAsync(scenario, Cancellation);
        await using var host = await SignInHost.StartAsync(settings ?? Google);
        var browser = host.NewBrowser();
        var landing = await browser.GoAsync("/who");
        Assert.Equal(landing.Address.AbsolutePath == "/who", browser.Cookies.ContainsKey(("gatehouse.test", "__Host-gatehouse")));
        var rows = await host.RowsAsync();
        Assert.DoesNotContain(host.Log, line => line.Contains(Secret, StringComparison.Ordinal) || line.Contains("eyJ", StringComparison.Ordinal));
        return (landing, rows);
    }

    private static Dictionary<string, object?> With(string claim, object? value) =>
        new(_alice.Select(pair => KeyValuePair.Create<string, object?>(pair.Key, pair.Value))) { [claim] = value };
}
