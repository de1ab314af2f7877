using System.Collections.Concurrent;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Servers behind a URL that do something no honest library would, or that must be seen from their own side.</summary>
public sealed class HttpTroubleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_modern_server_never_sees_initialize_and_every_request_has_the_eras_headers()
    {
        var seen = new ConcurrentQueue<(string Body, string? Method)>();
        await using var server = await FakeServer.StartAsync(async (http, body) =>
        {
            seen.Enqueue((body, http.Request.Headers["Mcp-Method"]));
            await http.Response.WriteAsJsonAsync(new { jsonrpc = "2.0", id = 1, result = new { supportedVersions = new[] { "2026-07-28" }, capabilities = new { } } }, Cancellation);
        });
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await host.AskAsync(Modern(ModernCall("1", "x")), Cancellation);
        Assert.True(host.One.Status.SpeaksModern);
        Assert.All(seen, request => Assert.NotNull(request.Method));
        Assert.DoesNotContain(seen, request => request.Body.Contains("initialize", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_refuses_the_revision_it_names_is_asked_again_and_never_in_the_other_era()
    {
        var seen = new ConcurrentQueue<string>();
        await using var server = await FakeServer.StartAsync(async (http, body) =>
        {
            seen.Enqueue(body);
            if (seen.Count == 1) http.Response.StatusCode = 400;
            await http.Response.WriteAsJsonAsync<object>(
                seen.Count == 1
                    ? new { jsonrpc = "2.0", id = 1, error = new { code = -32022, message = "not yet", data = new { supported = new[] { "2026-07-28" } } } }
                    : new { jsonrpc = "2.0", id = 1, result = new { supportedVersions = new[] { "2026-07-28" }, capabilities = new { } } },
                Cancellation);
        });
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await host.AskAsync(Modern(ModernCall("1", "x")), Cancellation);
        Assert.True(host.One.Status.SpeaksModern);
        Assert.DoesNotContain(seen, body => body.Contains("initialize", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("data: {\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"ping\"}\n\n", "\"id\":\"s1\",\"result\":{}")]
    [InlineData("event: message\r\nid: 9\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":4,\r\ndata: \"method\":\"roots/list\"}\r\n\r\n", "\"id\":4,\"error\":{\"code\":-32601")]
    public async Task A_servers_request_on_a_managed_session_is_answered_by_the_gateway_and_on_the_clients_own_passes(string question, string reply)
    {
        var before = "id: 1\ndata:\n\n: comment\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n\n";
        var after = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n";
        var replied = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await FakeServer.StartLegacyAsync(async (http, body) =>
        {
            if (!body.Contains("tools/call", StringComparison.Ordinal))
            {
                Assert.Equal("fake-session", http.Request.Headers["Mcp-Session-Id"]);
                replied.TrySetResult(body);
                http.Response.StatusCode = 202;
                return;
            }

            http.Response.ContentType = "text/event-stream";

            // In pieces, so that no event arrives whole.
            foreach (var piece in (before + question + after).Chunk(7))
            {
                await http.Response.WriteAsync(new string(piece), Cancellation);
                await http.Response.Body.FlushAsync(Cancellation);
            }
        });
        await using var host = await StartOneAsync(server.Settings, Cancellation);

        Assert.Equal(before + after, await host.AskAsync(Legacy(Call("1", "x")), Cancellation));

        Assert.Contains(reply, await replied.Task.WaitAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(before + question + after, await host.AskAsync(Own(Call("1", "x"), "fake-session"), Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_legacy_server_is_told_by_notification_when_the_caller_gives_up(bool answerHasBegun)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await FakeServer.StartLegacyAsync(async (http, body) =>
        {
            if (body.Contains("notifications/cancelled", StringComparison.Ordinal))
            {
                told.TrySetResult($"{http.Request.Headers["Mcp-Session-Id"]} {body}");
                http.Response.StatusCode = 202;
                return;
            }

            if (answerHasBegun)
            {
                http.Response.ContentType = "text/event-stream";
                await http.Response.WriteAsync(": hello\n\n", Cancellation);
                await http.Response.Body.FlushAsync(Cancellation);
            }

            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sending = host.One.SendAsync(Legacy(Call("\"a\"", "x")), caller.Token);
        await begun.Task.WaitAsync(Cancellation);
        if (answerHasBegun) Assert.IsType<UpstreamResult.Answered>(await sending);

        await caller.CancelAsync();

        var notification = await told.Task.WaitAsync(Cancellation);
        Assert.StartsWith("fake-session ", notification, StringComparison.Ordinal);
        Assert.Contains("\"requestId\":\"a\"", notification, StringComparison.Ordinal);
        if (!answerHasBegun) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Theory]
    [InlineData(302, "text/html", "redirects")]
    [InlineData(200, "text/html", "no MCP answer")]
    [InlineData(502, "application/json", "HTTP 502")]
    public async Task What_is_no_MCP_answer_is_said_to_be_none(int status, string type, string reason)
    {
        await using var server = await FakeServer.StartLegacyAsync(async (http, _) =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = type;
            http.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
            await http.Response.WriteAsync("secret page", Cancellation);
        });
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Legacy(Call("1", "x")), Cancellation));
        Assert.Equal(UpstreamFailure.Unreachable, failed.Failure);
        Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failed.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity", true)]
    [InlineData("Identity", true)]
    [InlineData("gzip", false)]
    [InlineData("identity, br", false)]
    public async Task An_answer_may_say_that_it_is_not_compressed_and_must_not_be_compressed(string encoding, bool isTaken)
    {
        await using var server = await FakeServer.StartLegacyAsync(async (http, _) =>
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.ContentEncoding = encoding;
            await http.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n", Cancellation);
        });
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        var result = await host.One.SendAsync(Legacy(Call("1", "x")), Cancellation);
        Assert.Equal(isTaken, result is UpstreamResult.Answered { Content: UpstreamContent.EventStream });
        if (result is UpstreamResult.Answered answered) await answered.DisposeAsync();
    }

    [Fact]
    public async Task A_body_goes_out_as_the_bytes_that_came_and_comes_back_so()
    {
        const string Message = "{ \"id\" : 1 ,\"method\":\"tools/call\", \"jsonrpc\":\"2.0\",\"params\":{\"z\":1.0e2,\"name\":\"\\u0078\",\"a\":12345678901234567890}}\n";
        const string Answer = "{\"result\" : {\"b\":1.50,\"a\":\"\\u00e9\"}, \"id\":1,\"jsonrpc\":\"2.0\"}";
        var received = "";
        await using var server = await FakeServer.StartLegacyAsync(async (http, body) =>
        {
            received = body;
            http.Response.ContentType = "application/json; charset=utf-8";
            await http.Response.WriteAsync(Answer, Cancellation);
        });
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        Assert.Equal(Answer, await host.AskAsync(Legacy(Message), Cancellation));
        Assert.Equal(Message, received);
    }

    /// <summary>A Kestrel that answers as a test wants.</summary>
    private sealed class FakeServer(WebApplication app) : IAsyncDisposable
    {
        public ServerSettings Settings { get; } = new()
        {
            Url = new Uri(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/mcp"),
            Timeout = 10,
        };

        public static async Task<FakeServer> StartAsync(Func<HttpContext, string, Task> answer)
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Run(async http =>
            {
                using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
                await answer(http, await reader.ReadToEndAsync(Cancellation));
            });
            await app.StartAsync(Cancellation);
            return new FakeServer(app);
        }

        /// <summary>Greets as a legacy server with sessions; all else is the test's.</summary>
        public static Task<FakeServer> StartLegacyAsync(Func<HttpContext, string, Task> answer) => StartAsync(async (http, body) =>
        {
            if (http.Request.Method == "DELETE" || body.Contains("notifications/initialized", StringComparison.Ordinal))
            {
                http.Response.StatusCode = 202;
            }
            else if (body.Contains("server/discover", StringComparison.Ordinal))
            {
                http.Response.StatusCode = 400;
            }
            else if (body.Contains("\"initialize\"", StringComparison.Ordinal))
            {
                http.Response.Headers["Mcp-Session-Id"] = "fake-session";
                await http.Response.WriteAsJsonAsync(new { jsonrpc = "2.0", id = 1, result = new { protocolVersion = "2025-11-25", capabilities = new { tools = new { } } } }, Cancellation);
            }
            else
            {
                await answer(http, body);
            }
        });

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }
    }
}
