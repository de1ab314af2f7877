using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Parts;

/// <summary>A stand-in that gets through where a person would not makes every test with it worthless.</summary>
public sealed class FakeBrowserTests : IAsyncLifetime
{
    private const string Callback = "http://127.0.0.1:1/callback";
    private readonly WebApplication _site;
    private string _signInPage = "";

    public FakeBrowserTests()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        _site = builder.Build();
        _site.UseRouting();
        _site.MapGet("/authorize", (HttpRequest request) => request.Cookies["user"] is { } user ? Page(Consent(user)) : Results.Redirect("/sign-in"));
        _site.MapGet("/sign-in", () => Page(_signInPage));
        _site.MapPost("/sign-in", async (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            http.Response.Cookies.Append("user", form["email"].ToString());
            return Results.Redirect($"/authorize?redirect_uri={Uri.EscapeDataString(Callback)}");
        });
        _site.MapPost("/consent", async (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            return Results.Redirect($"{Callback}?user={form["user"]}&decision={form["decision"]}&hidden={Uri.EscapeDataString(form["hidden"].ToString())}");
        });
        _site.MapGet("/refused", () => Results.Text("<p>Wrong domain</p>", "text/html", statusCode: 403));
        _site.MapGet("/loop", () => Results.Redirect("/loop"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _site.StartAsync(Cancellation);

    [Theory]
    [InlineData("<input type=radio name=email value=alice@example.com><input type=radio name=email value=bob@example.com><button>Go</button>")]
    [InlineData("<button name=email value=alice@example.com>Alice</button><button name=email value=bob@example.com>Bob</button>")]
    [InlineData("<input type=email name=email><button>Go</button>")]
    public async Task It_signs_in_with_the_form_that_a_page_offers(string controls)
    {
        _signInPage = $"<form method=post action=/sign-in>{controls}</form>";
        Assert.Equal("?user=bob@example.com&decision=allow&hidden=a%22%2526%C3%A4", await AuthorizeAsync("/authorize", "allow"));
        Assert.Equal("?user=bob@example.com&decision=deny&hidden=a%22%2526%C3%A4", await AuthorizeAsync("/authorize", "deny"));
    }

    [Theory]
    [InlineData("<form method=post action=/sign-in><button name=email value=alice@example.com>Alice</button></form>")]
    [InlineData("<input type=email name=email><button>a form's controls without the form</button>")]
    public async Task It_does_not_get_past_a_page_that_offers_its_user_nothing(string page)
    {
        _signInPage = page;
        await Assert.ThrowsAsync<BrowserException>(() => AuthorizeAsync("/authorize", "allow"));
    }

    [Fact]
    public async Task It_says_what_the_page_said_that_stopped_it()
    {
        var failure = await Assert.ThrowsAsync<BrowserException>(() => AuthorizeAsync("/refused", "allow"));
        Assert.Equal("403 at /refused: Wrong domain", failure.Message);
    }

    [Fact]
    public async Task It_does_not_turn_in_circles() => await Assert.ThrowsAsync<BrowserException>(() => AuthorizeAsync("/loop", "allow"));

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    private async Task<string> AuthorizeAsync(string path, string decision)
    {
        using var browser = new FakeBrowser("bob@example.com", decision);
        var url = string.Create(CultureInfo.InvariantCulture, $"{_site.Urls.Single()}{path}?redirect_uri={Uri.EscapeDataString(Callback)}");
        return (await browser.AuthorizeAsync(new Uri(url), Cancellation)).Query;
    }

    private static IResult Page(string html) => Results.Text(html, "text/html", statusCode: (int)HttpStatusCode.OK);

    private static string Consent(string user) => $"""
        <form method=post action=/consent>
          <input type=hidden name=user value="{user}"><input type=hidden name=hidden value="a&quot;%26&auml;">
          <button name=decision value=deny>Deny</button><button name=decision value=allow>Allow</button>
        </form>
        """;
}
