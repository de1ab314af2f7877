using System.Threading.Channels;
using Gatehouse.Tests.Parts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>The front is ours and stands for somebody's load balancer: what the split topology proves depends on it.</summary>
public sealed class FrontTests : IAsyncLifetime
{
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly List<WebApplication> _running = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var gateway = await ServeAsync("gateway");
        var authorization = await ServeAsync("authorization");
        var publicUrl = new Uri($"http://localhost:{Ports.Free()}");
        _running.Add(await Front.StartAsync(publicUrl, gateway, authorization, Cancellation));
        _http.BaseAddress = publicUrl;
    }

    [Theory]
    [InlineData("/mcp", "gateway")]
    [InlineData("/mcp/", "gateway")]
    [InlineData("/mcp/wiki", "gateway")]
    [InlineData("/.well-known/oauth-protected-resource/mcp/wiki", "authorization")]
    [InlineData("/oauth/token", "authorization")]
    [InlineData("/auth/callback", "authorization")]
    public async Task A_path_belongs_to_one_process_which_sees_the_public_host(string path, string process) =>
        Assert.Equal($"{process} {path} at {_http.BaseAddress!.Authority}", await _http.GetStringAsync(path, Cancellation));

    [Fact(Timeout = 30_000)]
    public async Task An_event_comes_through_before_the_next_one_is_made()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp/stream");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        foreach (var name in new[] { "first", "second" })
        {
            Assert.True(_events.Writer.TryWrite(name));
            Assert.Equal($"data: {name}", await reader.ReadLineAsync(Cancellation));
            Assert.Equal("", await reader.ReadLineAsync(Cancellation));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _events.Writer.Complete();
        _http.Dispose();
        foreach (var app in Enumerable.Reverse(_running)) await app.DisposeAsync();
    }

    private async Task<Uri> ServeAsync(string name)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/{**path}", (HttpRequest request) => $"{name} {request.Path} at {request.Host}");
        app.MapPost("/mcp/stream", StreamAsync);
        await app.StartAsync(Cancellation);
        _running.Add(app);
        return new Uri(app.Urls.Single());
    }

    private async Task StreamAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await foreach (var name in _events.Reader.ReadAllAsync(http.RequestAborted))
        {
            await http.Response.WriteAsync($"data: {name}\n\n", http.RequestAborted);
        }
    }
}
