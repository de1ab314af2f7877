using System.Net;
using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Authorization.SignIn;

public sealed class BrowserSessionTests
{
    private static readonly IdentitySettings _development = new() { Provider = IdentityProvider.Development };

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/ok\r\nSet-Cookie: a=b")]
    [InlineData("/a\\b")]
    [InlineData("javascript:alert(1)")]
    [InlineData("evil.example")]
    [InlineData(" /who")]
    [InlineData("/wh\u00F6")]
    [InlineData("")]
    public async Task A_way_back_that_could_leave_the_house_is_refused_everywhere(string returnPath)
    {
        Assert.False(LocalPath.TryParse(returnPath, out _));
        await using var host = await SignInHost.StartAsync(_development, "http://localhost:8080");
        var browser = host.NewBrowser();
        var escaped = Uri.EscapeDataString(returnPath);
        foreach (var page in new[] { $"/start?to={escaped}", $"/auth/again?returnPath={escaped}", $"/auth/development?returnPath={escaped}" })
        {
            var landing = await browser.GoAsync(page);
            Assert.Equal(HttpStatusCode.BadRequest, landing.Status);
            Assert.Null(landing.Headers.Location);
        }

        var form = (await browser.GoAsync("/who")).Forms.First();
        var posted = await browser.PostAsync("/auth/development", [.. form.Fields.Where(field => field.Name == "form-token"), ("email", "a@example.com"), ("returnPath", returnPath)]);
        Assert.Equal(HttpStatusCode.BadRequest, posted.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GoAsync("/peek")).Status);
    }

    [Theory]
    [InlineData("https://localhost:8443", "__Host-gatehouse", true)]
    [InlineData("http://localhost:8080", "gatehouse", false)]
    public async Task The_cookie_is_closed_to_scripts_other_sites_and_plain_http(string publicUrl, string name, bool secure)
    {
        await using var host = await SignInHost.StartAsync(_development, publicUrl);
        var browser = host.NewBrowser();
        var landing = await browser.SubmitAsync(await browser.GoAsync("/who"), _ => true, null, ("email", "alice@example.com"));
        var cookie = Assert.Single(landing.SetCookies, cookie => cookie.StartsWith($"{name}=", StringComparison.Ordinal));
        Assert.Contains("; path=/; ", cookie);
        Assert.Contains("; samesite=lax; httponly", cookie);
        Assert.Equal(secure, cookie.Contains("; secure;", StringComparison.Ordinal));
        Assert.DoesNotContain("domain=", cookie);
        Assert.DoesNotContain("alice", cookie);
    }

    [Fact]
    public async Task A_cookie_planted_before_sign_in_is_worth_nothing_and_a_new_one_takes_its_place()
    {
        await using var host = await SignInHost.StartAsync(_development, "http://localhost:8080");
        var browser = host.NewBrowser();
        browser.SetCookie("gatehouse", "planted");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GoAsync("/peek")).Status);
        await SignInAsync(browser, "alice@example.com");
        var first = browser.Cookies[("localhost", "gatehouse")];

        var again = await browser.GoAsync("/auth/again?returnPath=/peek");
        var second = await browser.SubmitAsync(again, _ => true, null, ("email", "bob@example.com"));
        Assert.Contains("bob@example.com", second.Body);
        Assert.NotEqual("planted", first);
        Assert.NotEqual(first, browser.Cookies[("localhost", "gatehouse")]);
    }

    [Fact]
    public async Task A_page_loads_nothing_runs_nothing_and_stays_nowhere()
    {
        await using var host = await SignInHost.StartAsync(_development, "http://localhost:8080");
        var page = await host.NewBrowser().GoAsync("/auth/again?returnPath=//evil.example");
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Equal($"default-src 'none'; style-src {Stylesheet.Source}; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'", policy);
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains(Stylesheet.Element, page.Body);
        Assert.DoesNotContain("<script", page.Body);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4567/callback", "; form-action 'self' http://127.0.0.1:4567")]
    [InlineData("https://app.example.com/cb?x=1", "; form-action 'self' https://app.example.com:443")]
    [InlineData("http://[::1]:4567/callback", "; form-action 'self' http:")]
    [InlineData("cursor://anysphere.cursor-mcp/oauth/callback", "; form-action 'self' cursor:")]
    public void A_form_may_lead_to_the_clients_own_address_and_no_further(string redirectUri, string directive) =>
        Assert.Equal(directive, FormAction.SelfThen(new Uri(redirectUri)).Directive);

    private static async Task SignInAsync(Browser browser, string email) =>
        await browser.SubmitAsync(await browser.GoAsync("/who"), _ => true, null, ("email", email));
}
