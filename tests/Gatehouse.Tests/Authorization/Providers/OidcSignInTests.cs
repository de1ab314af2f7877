using System.Net;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Authorization.Providers;

/// <summary>Any OpenID provider, as a browser does it, against a certified one.</summary>
public sealed class OidcSignInTests(OidcSignInTests.Provider provider) : IClassFixture<OidcSignInTests.Provider>
{
    private const string Secret = "the-client-secret-that-nobody-may-see";

    public sealed class Provider : IAsyncLifetime
    {
        private readonly OidcProvider _provider = new();

        internal IdentitySettings Settings => new()
        {
            Provider = IdentityProvider.Oidc,
            Oidc = new OidcSettings
            {
                ClientId = "gatehouse",
                ClientSecret = Secret,
                Issuer = _provider.Issuer,
                AllowedDomains = ["Example.com", "example.org"],
                GroupsClaim = "groups",
                Scopes = ["openid", "email", "profile", "groups"],
            },
        };

        public async ValueTask InitializeAsync() => await _provider.StartAsync(("gatehouse", Secret), "https://gatehouse.test/auth/callback", new Dictionary<string, object>
        {
            ["alice"] = new { email = "alice@example.com", email_verified = true, name = "Alice Ångström", groups = new[] { "staff", "engineering" } },
            ["oscar"] = new { email = "oscar@example.org", email_verified = true, groups = "staff" },
            ["mallory"] = new { email = "mallory@example.com.elsewhere.test", email_verified = true },
            ["carol"] = new { email = "carol@example.com", email_verified = false },
            ["dave"] = new { email = "dave@example.com" },
            ["erin"] = new { email = new[] { "erin@example.com", "root@example.com" }, email_verified = true },
            ["frank"] = new { email_verified = true },
        }, TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => _provider.DisposeAsync();
    }

    [Theory]
    [InlineData("alice", "\"email\":\"alice@example.com\",\"name\":\"Alice Ångström\",\"groups\":[\"staff\",\"engineering\"]")]
    [InlineData("oscar", "\"email\":\"oscar@example.org\",\"name\":null,\"groups\":[\"staff\"]")]
    public async Task A_user_of_an_allowed_domain_is_in_with_their_groups(string login, string user)
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var landing = await SignInAsync(host.NewBrowser(), login);
        Assert.Contains(user, landing.Body);
        Assert.Contains($"\"subject\":\"{provider.Settings.Oidc!.Issuer.OriginalString}|{login}\"", landing.Body);
        Assert.Equal(AuditOutcome.Ok, Assert.Single(await host.RowsAsync()).Outcome);
    }

    [Theory]
    [InlineData("mallory", "mallory@example.com.elsewhere.test is not in a domain that may sign in here.", "mallory@example.com.elsewhere.test is not in a domain that may sign in here.")]
    [InlineData("carol", "has not verified that carol@example.com is yours", "email_verified is not true")]
    [InlineData("dave", "has not verified that dave@example.com is yours", "email_verified is not true")]
    [InlineData("erin", "This account has no e-mail address", "email is missing, ambiguous, or no address")]
    [InlineData("frank", "This account has no e-mail address", "email is missing, ambiguous, or no address")]
    public async Task Who_does_not_belong_stays_out_and_is_told_why(string login, string says, string reason)
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var browser = host.NewBrowser();
        var landing = await SignInAsync(browser, login);

        Assert.Equal(HttpStatusCode.Forbidden, landing.Status);
        Assert.Contains(says, landing.Text);
        Assert.DoesNotContain("example.org", landing.Text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GoAsync("/peek")).Status);
        var row = Assert.Single(await host.RowsAsync());
        Assert.Equal((AuditOutcome.Refused, reason), (row.Outcome, row.Reason));
        Assert.EndsWith($"|{login}", row.Subject);
    }

    [Fact]
    public async Task Another_account_is_asked_for_although_the_provider_remembers_the_last_one()
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var browser = host.NewBrowser();
        var refused = await SignInAsync(browser, "mallory");

        var login = await browser.GoAsync(refused.Link("Try another account")!);
        Assert.Contains("Sign-in", login.Text);
        Assert.Contains("alice@example.com", (await LogInAsync(browser, login, "alice")).Body);
    }

    [Fact]
    public async Task Who_cancels_at_the_provider_is_told_so_and_may_try_again()
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var browser = host.NewBrowser();
        var login = await browser.GoAsync("/who");
        var landing = await browser.GoAsync($"{login.Address.AbsoluteUri}/abort");

        Assert.Equal(HttpStatusCode.Forbidden, landing.Status);
        Assert.Contains("The sign-in was cancelled or refused at the sign-in service.", landing.Text);
        Assert.Equal("/auth/again?returnPath=%2Fwho", landing.Link("Try another account"));
        Assert.Equal((AuditOutcome.Refused, "the provider answered access_denied"), Last(await host.RowsAsync()));
    }

    [Fact]
    public async Task An_answer_cannot_be_used_twice()
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var browser = host.NewBrowser();
        var callback = await SignInAsync(browser, "alice", IsCallback);
        Assert.Equal("/who", (await browser.GoAsync(callback.Next!.AbsoluteUri)).Address.AbsolutePath);

        var replayed = await browser.GoAsync(callback.Next.AbsoluteUri);
        Assert.Equal(HttpStatusCode.BadRequest, replayed.Status);
        Assert.Contains("was used already", replayed.Text);
        Assert.Null(replayed.Link("Try another account"));
        Assert.Equal((AuditOutcome.Refused, "the answer does not belong to this browser: Correlation failed."), Last(await host.RowsAsync()));
    }

    [Fact]
    public async Task Even_with_its_cookies_kept_an_answer_cannot_be_used_twice()
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var browser = host.NewBrowser();
        var callback = await SignInAsync(browser, "alice", IsCallback);
        var copy = host.NewBrowser();
        foreach (var ((_, name), value) in browser.Cookies.Where(cookie => cookie.Key.Host == "gatehouse.test")) copy.SetCookie(name, value);
        Assert.Equal("/who", (await browser.GoAsync(callback.Next!.AbsoluteUri)).Address.AbsolutePath);

        var replayed = await copy.GoAsync(callback.Next.AbsoluteUri);
        Assert.Equal(HttpStatusCode.BadRequest, replayed.Status);
        Assert.Equal((AuditOutcome.Refused, "the provider answered invalid_grant: the code is unknown to it, or was used already"), Last(await host.RowsAsync()));
    }

    [Fact]
    public async Task A_sign_in_begun_in_another_browser_signs_nobody_in_here()
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var callback = await SignInAsync(host.NewBrowser(), "mallory", IsCallback);
        var victim = host.NewBrowser();
        var landing = await victim.GoAsync(callback.Next!.AbsoluteUri);

        Assert.Equal(HttpStatusCode.BadRequest, landing.Status);
        Assert.Contains("It was begun in another browser", landing.Text);
        Assert.DoesNotContain(victim.Cookies, cookie => cookie.Key.Name.EndsWith("gatehouse", StringComparison.Ordinal));
        Assert.Equal((AuditOutcome.Refused, "the answer does not belong to this browser: Correlation failed."), Last(await host.RowsAsync()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=abc")]
    [InlineData("?code=abc&state=")]
    [InlineData("?code=abc&state=CfDJ8ForgedOrAnotherServers")]
    [InlineData("?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("?id_token=eyJhbGciOiJub25lIn0.e30.&state=x")]
    public async Task A_state_that_is_not_ours_is_refused(string query)
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var landing = await host.NewBrowser().GoAsync($"/auth/callback{query}");
        Assert.Equal(HttpStatusCode.BadRequest, landing.Status);
        Assert.Contains("This sign-in cannot be continued", landing.Text);
        Assert.DoesNotContain("script", landing.Body);
        Assert.Equal(AuditOutcome.Refused, Assert.Single(await host.RowsAsync()).Outcome);
    }

    [Fact]
    public async Task A_session_survives_a_restart()
    {
        await using var host = await SignInHost.StartAsync(provider.Settings);
        var browser = host.NewBrowser();
        await SignInAsync(browser, "alice");
        var cookie = browser.Cookies[("gatehouse.test", "__Host-gatehouse")];

        await host.RestartAsync();
        var later = host.NewBrowser();
        later.SetCookie("__Host-gatehouse", cookie);
        Assert.Contains("alice@example.com", (await later.GoAsync("/peek")).Body);
    }

    [Fact]
    public async Task A_session_of_development_is_nobody_at_a_real_provider()
    {
        await using var host = await SignInHost.StartAsync(new IdentitySettings { Provider = IdentityProvider.Development }, "http://localhost:8080");
        var browser = host.NewBrowser();
        var page = await browser.GoAsync("/who");
        await browser.SubmitAsync(page, _ => true, null, ("email", "alice@example.com"));
        Assert.Contains("alice@example.com", (await browser.GoAsync("/peek")).Body);
        var cookie = browser.Cookies[("localhost", "gatehouse")];

        await host.RestartAsync(provider.Settings);
        var later = host.NewBrowser();
        later.SetCookie("gatehouse", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, (await later.GoAsync("/peek")).Status);
    }

    private static bool IsCallback(Uri uri) => uri.AbsolutePath == "/auth/callback";

    private static (AuditOutcome, string?) Last(IReadOnlyList<AuditEvent> rows) => (rows[^1].Outcome, rows[^1].Reason);

    private static async Task<Browser.Landing> SignInAsync(Browser browser, string login, Func<Uri, bool>? stopBefore = null) =>
        await LogInAsync(browser, await browser.GoAsync("/who"), login, stopBefore);

    private static async Task<Browser.Landing> LogInAsync(Browser browser, Browser.Landing page, string login, Func<Uri, bool>? stopBefore = null)
    {
        var next = await browser.SubmitAsync(page, form => form.Has("prompt", "login"), stopBefore, ("login", login), ("password", "any"));
        // A change of account ends the old session by a form that the page's script would send.
        if (next.Forms.Any(form => form.Action.EndsWith("/session/end/confirm", StringComparison.Ordinal))) next = await browser.SubmitAsync(next, _ => true, stopBefore);
        return next.Forms.Any() ? await browser.SubmitAsync(next, form => form.Has("prompt", "consent"), stopBefore) : next;
    }
}
