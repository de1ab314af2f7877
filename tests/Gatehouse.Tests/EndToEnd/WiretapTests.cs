using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>"No secret is told" proves nothing unless the secrets are known.</summary>
public sealed class WiretapTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_kind_of_secret_is_noted_and_no_answer_is_changed()
    {
        var wiretap = new Wiretap();
        await using var app = await ServeAsync(wiretap);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "the-bearer");

        using var issued = await http.PostAsync("/oauth/token", null, Cancellation);
        Assert.Equal("""{"access_token":"the-access","refresh_token":"the-refresh"}""", await issued.Content.ReadAsStringAsync(Cancellation));
        using var registered = await http.PostAsync("/oauth/register", null, Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.Created, registered.StatusCode);
        using var redirected = await http.GetAsync("/oauth/authorize", Cancellation);
        Assert.Equal("http://localhost:1/callback?code=the-code&state=s", redirected.Headers.Location?.OriginalString);

        Assert.Equal(
            ["the-access", "the-bearer", "the-client-secret", "the-code", "the-cookie", "the-refresh"],
            wiretap.Secrets.Keys.Order(StringComparer.Ordinal));
    }

    private static async Task<WebApplication> ServeAsync(Wiretap wiretap)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddSingleton<IStartupFilter>(wiretap);
        var app = builder.Build();
        app.UseRouting();
        app.MapPost("/oauth/token", () => Results.Text("""{"access_token":"the-access","refresh_token":"the-refresh"}""", "application/json"));
        app.MapPost("/oauth/register", () => Results.Text("""{"client_id":"public","client_secret":"the-client-secret"}""", "application/json", statusCode: 201));
        app.MapGet("/oauth/authorize", (HttpResponse response) =>
        {
            response.Cookies.Append("session", "the-cookie");
            return Results.Redirect("http://localhost:1/callback?code=the-code&state=s");
        });
        await app.StartAsync(Cancellation);
        return app;
    }
}
