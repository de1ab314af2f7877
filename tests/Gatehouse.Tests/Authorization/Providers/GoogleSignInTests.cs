using System.Net;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Authorization.Providers;

/// <summary>Google sign-in as a browser does it, against a Google that we did not write.</summary>
public sealed class GoogleSignInTests(GoogleSignInTests.Google google) : IClassFixture<GoogleSignInTests.Google>
{
    private const string Secret = "the-google-secret-that-nobody-may-see";

    public sealed class Google : IAsyncLifetime
    {
        private readonly Emulate _emulate = new();

        internal IdentitySettings Settings(string domain = "example.com") => new()
        {
            Provider = IdentityProvider.Google,
            Google = new GoogleSettings { ClientId = "gatehouse.apps.googleusercontent.com", ClientSecret = Secret, Domain = domain, Issuer = _emulate.Issuer },
        };

        public async ValueTask InitializeAsync() => await _emulate.StartAsync(
            ("gatehouse.apps.googleusercontent.com", Secret), "https://gatehouse.test/auth/callback",
            [
                new { email = "Alice@example.com", name = "Alice", email_verified = true, hd = "example.com" },
                new { email = "mallory@elsewhere.test", name = "Mallory", email_verified = true, hd = "elsewhere.test" },
                new { email = "bob@gmail.com", name = "Bob", email_verified = true },
                new { email = "carol@example.com", name = "Carol", email_verified = false, hd = "example.com" },
            ], TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => _emulate.DisposeAsync();
    }

    [Fact]
    public async Task A_user_of_the_domain_is_in_and_on_record()
    {
        await using var host = await SignInHost.StartAsync(google.Settings("Example.COM"));
        var browser = host.NewBrowser();
        var landing = await SignInAsync(browser, "Alice@example.com", "/who?x=1&y=%2F");

        Assert.Equal("https://gatehouse.test/who?x=1&y=%2F", landing.Address.AbsoluteUri);
        Assert.Contains("\"email\":\"alice@example.com\"", landing.Body);
        Assert.Contains("\"name\":\"Alice\"", landing.Body);
        var row = Assert.Single(await host.RowsAsync());
        Assert.Equal((AuditAction.SignIn, AuditOutcome.Ok, "alice@example.com", null), (row.Action, row.Outcome, row.User, row.Reason));
        Assert.StartsWith($"{google.Settings().Google!.Issuer.OriginalString}|", row.Subject);
    }

    [Theory]
    [InlineData("mallory@elsewhere.test", "mallory@elsewhere.test belongs to another organisation. Sign in with your account of example.com.", "hd is not the configured domain")]
    [InlineData("bob@gmail.com", "bob@gmail.com is a private Google account. Sign in with your account of example.com.", "hd is missing: not an account of a Workspace domain")]
    [InlineData("carol@example.com", "Google has not verified that carol@example.com is yours.", "email_verified is not true")]
    public async Task Who_does_not_belong_stays_out_and_is_told_why(string email, string says, string reason)
    {
        await using var host = await SignInHost.StartAsync(google.Settings());
        var browser = host.NewBrowser();
        var landing = await SignInAsync(browser, email);

        Assert.Equal(HttpStatusCode.Forbidden, landing.Status);
        Assert.Contains(says, landing.Text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GoAsync("/peek")).Status);
        var row = Assert.Single(await host.RowsAsync());
        Assert.Equal((AuditOutcome.Refused, email, reason), (row.Outcome, row.User, row.Reason));
        Assert.NotNull(row.Subject);
    }

    [Fact]
    public async Task The_refusal_leads_to_another_account()
    {
        await using var host = await SignInHost.StartAsync(google.Settings());
        var browser = host.NewBrowser();
        var refused = await SignInAsync(browser, "bob@gmail.com");

        var chooser = await browser.GoAsync(refused.Link("Try another account")!);
        Assert.Contains("Sign in to Google", chooser.Text);
        var landing = await browser.SubmitAsync(chooser, form => form.Has("email", "Alice@example.com"));
        Assert.Equal("/who", landing.Address.AbsolutePath);
        Assert.Contains("alice@example.com", landing.Body);
    }

    [Fact]
    public async Task Google_is_asked_for_the_domain_an_account_chooser_and_a_proof_of_possession()
    {
        await using var host = await SignInHost.StartAsync(google.Settings());
        var redirect = await host.NewBrowser().GoAsync("/who", next => next.AbsolutePath == "/o/oauth2/v2/auth", ("Host", "evil.example"));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(redirect.Next!.Query);

        Assert.Equal("example.com", query["hd"]);
        Assert.Equal("select_account", query["prompt"]);
        Assert.Equal("code", query["response_type"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.Equal("openid email profile", query["scope"]);
        Assert.Equal("https://gatehouse.test/auth/callback", query["redirect_uri"]);
        Assert.NotEmpty(query["nonce"].ToString());
        Assert.False(query.ContainsKey("response_mode"));
        Assert.DoesNotContain(Secret, redirect.Next.AbsoluteUri);
    }

    [Fact]
    public async Task The_secret_and_the_code_are_in_no_answer_and_no_log_line()
    {
        await using var host = await SignInHost.StartAsync(google.Settings());
        var browser = host.NewBrowser();
        var chooser = await browser.GoAsync("/who");
        var callback = await browser.SubmitAsync(chooser, form => form.Has("email", "Alice@example.com"), IsCallback);
        var code = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(callback.Next!.Query)["code"].ToString();
        var landing = await browser.GoAsync(callback.Next.AbsoluteUri);
        Assert.Equal("/who", landing.Address.AbsolutePath);

        var rows = string.Join('\n', (await host.RowsAsync()).Select(row => row.ToString()));
        var said = string.Join('\n', [.. chooser.Trace, .. landing.Trace, .. host.Log, rows]);
        Assert.DoesNotContain(Secret, said);
        Assert.DoesNotContain(code, string.Join('\n', [.. landing.Trace, .. host.Log, rows]));
        Assert.DoesNotContain("eyJ", string.Join('\n', host.Log));
        Assert.NotEmpty(host.Log);
    }

    [Fact]
    public async Task A_session_ends_when_the_domain_is_no_longer_the_configured_one()
    {
        await using var host = await SignInHost.StartAsync(google.Settings());
        var browser = host.NewBrowser();
        await SignInAsync(browser, "Alice@example.com");
        var cookie = browser.Cookies[("gatehouse.test", "__Host-gatehouse")];

        await host.RestartAsync(google.Settings("elsewhere.test"));
        var later = host.NewBrowser();
        later.SetCookie("__Host-gatehouse", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, (await later.GoAsync("/peek")).Status);
    }

    private static bool IsCallback(Uri uri) => uri.AbsolutePath == "/auth/callback";

    private static async Task<Browser.Landing> SignInAsync(Browser browser, string email, string path = "/who") =>
        await browser.SubmitAsync(await browser.GoAsync(path), form => form.Has("email", email));
}
