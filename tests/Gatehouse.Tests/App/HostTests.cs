using System.Diagnostics;
using System.Net;
using Gatehouse.App.Hosting;
using Gatehouse.Core.Configuration;
using Gatehouse.Storage;
using Gatehouse.Tests.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.App;

/// <summary>What holds for every request, whichever half answers it.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private static readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());

    private readonly TestFolder _folder = new();
    private readonly TaskCompletionSource _streaming = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _port = TestFolder.FreePort();
    private readonly SchemesSeen _schemes = new();
    private WebApplication _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var settings = Reading.Settings($$"""{ "publicUrl": "http://localhost:{{_port}}", "listen": ["http://127.0.0.1:{{_port}}"], "identity": { "provider": "development" } }""");
        _app = GatehouseHost.Build(settings, GatehouseRole.All, _folder.Path, builder => builder.Services.AddSingleton<IStartupFilter>(_schemes));
        _app.MapPost("/test/body", async (HttpContext http) =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            return Results.Text(http.Request.Scheme);
        });
        _app.MapGet("/test/stream", async (HttpContext http) =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(": open\n\n", http.RequestAborted);
            _streaming.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        });
        await _app.Services.PrepareStorageAsync(Cancellation);
        await _app.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Sign-in schemes look at a request only if it is for the half that has them, and came under a name of ours.</summary>
    [Theory]
    [InlineData("/consent", "localhost", true)]
    [InlineData("/consent", "evil.example.com", false)]
    [InlineData("/mcp", "localhost", false)]
    [InlineData("/mcp/files", "localhost", false)]
    public async Task Schemes_see_only_what_is_for_them(string path, string host, bool seen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_port}{path}");
        request.Headers.Host = host;
        using var response = await _http.SendAsync(request, Cancellation);
        Assert.Equal(seen, _schemes.WereAsked);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.NoContent)]
    [InlineData("LOCALHOST:1234", HttpStatusCode.NoContent)]
    [InlineData("127.0.0.1", HttpStatusCode.NoContent)]
    [InlineData("[::1]:8080", HttpStatusCode.NoContent)]
    [InlineData("evil.example.com", HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.example.com", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.2", HttpStatusCode.Forbidden)]
    public async Task Only_a_host_of_ours_is_answered(string host, HttpStatusCode status)
    {
        _app.MapGet("/test/host", () => Results.NoContent());
        using var response = await SendAsync(HttpMethod.Get, "/test/host", request => request.Headers.Host = host);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_path_that_does_not_exist_is_refused_to_a_foreign_host_alike()
    {
        using var response = await SendAsync(HttpMethod.Get, "/nothing", request => request.Headers.Host = "evil.example.com");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Health_answers_under_any_name_and_tells_nothing()
    {
        using var response = await SendAsync(HttpMethod.Get, "/health", request => request.Headers.Host = "10.0.0.7:8080");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("ok\n", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Empty(response.Headers.Server);
    }

    [Theory]
    [InlineData(4 * 1024 * 1024, false, HttpStatusCode.OK)]
    [InlineData((4 * 1024 * 1024) + 1, false, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(16 * 1024 * 1024, false, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData((4 * 1024 * 1024) - 65536, true, HttpStatusCode.OK)]
    [InlineData((4 * 1024 * 1024) + 1, true, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_over_four_mebibytes_is_too_large(int size, bool chunked, HttpStatusCode status)
    {
        using var response = await SendAsync(HttpMethod.Post, "/test/body", request =>
        {
            request.Content = new StreamContent(new MemoryStream(new byte[size]));
            request.Headers.TransferEncodingChunked = chunked;
        });
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Forwarded_headers_mean_nothing()
    {
        using var response = await SendAsync(HttpMethod.Post, "/test/body", request =>
        {
            request.Content = new ByteArrayContent([]);
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-Host", "evil.example.com");
            request.Headers.Add("Forwarded", "proto=https;host=evil.example.com");
        });
        Assert.Equal("http", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task An_open_stream_does_not_keep_it_from_stopping()
    {
        using var response = await SendAsync(HttpMethod.Get, "/test/stream", _ => { });
        await _streaming.Task.WaitAsync(Cancellation);
        var asked = Stopwatch.GetTimestamp();
        await _app.StopAsync(Cancellation);
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, Drain.Patience + TimeSpan.FromSeconds(3));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage> prepare)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{_port}{path}");
        prepare(request);
        return await _http.SendAsync(request, Cancellation);
    }

    /// <summary>Looks, after everything else, whether the schemes were asked.</summary>
    private sealed class SchemesSeen : IStartupFilter
    {
        public bool WereAsked { get; private set; }

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (http, rest) =>
            {
                await rest(http);
                WereAsked = http.Features.Get<IAuthenticationFeature>() is not null;
            });
            next(app);
        };
    }
}
