using System.Net;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Authorization.Providers;

/// <summary>The sign-in without a password: easy on this machine, nothing from anywhere else.</summary>
public sealed class DevelopmentSignInTests
{
    private static readonly IdentitySettings _settings = new()
    {
        Provider = IdentityProvider.Development,
        Development = new DevelopmentSettings
        {
            Users =
            [
                new DevelopmentUser { Email = "Alice@example.com", Name = "Alice", Groups = ["engineering"] },
                new DevelopmentUser { Email = "eve@example.com", Name = "<script>alert('eve')</script>" },
            ],
        },
    };

    private static Task<SignInHost> StartAsync() => SignInHost.StartAsync(_settings, "http://localhost:8080");

    [Theory]
    [InlineData("Alice@example.com", "", "{\"subject\":\"development|alice@example.com\",\"email\":\"alice@example.com\",\"name\":\"Alice\",\"groups\":[\"engineering\"]}")]
    [InlineData(" New@Example.org ", "Newcomer", "{\"subject\":\"development|new@example.org\",\"email\":\"new@example.org\",\"name\":\"Newcomer\",\"groups\":[]}")]
    public async Task A_picked_user_has_their_groups_and_a_typed_one_has_none(string email, string name, string user)
    {
        await using var host = await StartAsync();
        var browser = host.NewBrowser();
        var page = await browser.GoAsync("/who?a=b");
        Assert.Contains("Alice", page.Text);
        var landing = await browser.SubmitAsync(page, _ => true, null, ("email", email), ("name", name));
        Assert.Equal("/who?a=b", landing.Address.PathAndQuery);
        Assert.Equal(user, landing.Body);
        Assert.Equal(AuditOutcome.Ok, Assert.Single(await host.RowsAsync()).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("alice@example.com, bob@example.com")]
    [InlineData("Alice <alice@example.com>")]
    public async Task What_is_no_address_signs_nobody_in_and_the_page_says_so(string typed)
    {
        await using var host = await StartAsync();
        var browser = host.NewBrowser();
        var landing = await browser.SubmitAsync(await browser.GoAsync("/who"), _ => true, null, ("email", typed), ("name", "<i>x</i>"));
        Assert.Equal(HttpStatusCode.BadRequest, landing.Status);
        Assert.Contains("That is not an e-mail address.", landing.Text);
        Assert.DoesNotContain("<i>x", landing.Body);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GoAsync("/peek")).Status);
    }

    [Fact]
    public async Task A_name_is_shown_and_never_run()
    {
        await using var host = await StartAsync();
        var page = await host.NewBrowser().GoAsync("/who");
        Assert.DoesNotContain("<script", page.Body);
        Assert.Contains("<script>alert('eve')</script>", page.Text);
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", page.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another browser's")]
    public async Task A_form_that_was_not_shown_in_this_browser_signs_nobody_in(string? token)
    {
        await using var host = await StartAsync();
        var foreign = (await host.NewBrowser().GoAsync("/who")).Forms.First().Fields.First(field => field.Name == "form-token").Value;
        var browser = host.NewBrowser();
        await browser.GoAsync("/who");
        var landing = await browser.PostAsync("/auth/development", [("email", "alice@example.com"), ("returnPath", "/who"), ("form-token", token is null ? "" : foreign)]);
        Assert.Equal(HttpStatusCode.BadRequest, landing.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GoAsync("/peek")).Status);
        var row = Assert.Single(await host.RowsAsync());
        Assert.Equal((AuditOutcome.Refused, "the form's token is missing or another browser's"), (row.Outcome, row.Reason));
    }

    [Theory]
    [InlineData("Host", "evil.example", "the Host header names another machine")]
    [InlineData("Host", "localhost.evil.example:8080", "the Host header names another machine")]
    [InlineData("Host", "192.168.1.10:8080", "the Host header names another machine")]
    [InlineData("X-Forwarded-For", "203.0.113.7", "a proxy says that the request comes from another machine")]
    [InlineData("X-Forwarded-For", "127.0.0.1, 203.0.113.7", "a proxy says that the request comes from another machine")]
    public async Task Nobody_gets_there_from_another_machine(string header, string value, string reason)
    {
        await using var host = await StartAsync();
        var browser = host.NewBrowser();
        var shown = await browser.GoAsync("/auth/development?returnPath=%2Fwho", null, (header, value));
        var posted = await browser.PostAsync("/auth/development", [("email", "alice@example.com")], null, (header, value));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (shown.Status, posted.Status));
        Assert.Contains("asks for no password", shown.Text);
        var rows = await host.RowsAsync();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal((AuditOutcome.Refused, reason), (row.Outcome, row.Reason)));
    }

    [Theory]
    [InlineData("localhost:1234")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("[::1]:8080")]
    public async Task Every_name_of_this_machine_will_do(string hostHeader)
    {
        await using var host = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await host.NewBrowser().GoAsync("/auth/development?returnPath=%2Fwho", null, ("Host", hostHeader))).Status);
    }

    [Fact]
    public async Task The_page_is_there_in_development_only()
    {
        var settings = new IdentitySettings
        {
            Provider = IdentityProvider.Google,
            Google = new GoogleSettings { ClientId = "c", ClientSecret = "s", Domain = "example.com", Issuer = new Uri("http://127.0.0.1:9") },
        };
        await using var host = await SignInHost.StartAsync(settings);
        Assert.Equal(HttpStatusCode.NotFound, (await host.NewBrowser().GoAsync("/auth/development?returnPath=%2F")).Status);
    }
}
