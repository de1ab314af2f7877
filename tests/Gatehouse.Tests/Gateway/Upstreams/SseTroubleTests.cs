using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>HTTP+SSE servers that do something no honest library would, or that must be seen from their own side.</summary>
public sealed class SseTroubleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("http://127.0.0.1:1/messages", "on another server")]
    [InlineData("//evil.example/messages", "on another server")]
    [InlineData("https://127.0.0.1/messages", "on another server")]
    [InlineData("http://[", "no URL")]
    [InlineData(null, "names no endpoint")]
    public async Task Messages_go_nowhere_but_to_the_configured_server(string? endpoint, string reason)
    {
        await using var server = await FakeSse.StartAsync(endpoint);
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        Assert.Equal(UpstreamState.Down, host.One.Status.State);
        Assert.Contains(reason, host.One.Status.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Posted);
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_users_never_share_a_connection()
    {
        await using var server = await FakeSse.StartAsync();
        await using var host = await StartOneAsync(server.Settings with { ForwardUser = new ForwardUserSettings { Header = "X-User" } }, Cancellation);
        Assert.Contains("stream 2 of ada@example.com", await host.AskAsync(Legacy(Call("1", "who")), Cancellation), StringComparison.Ordinal);
        Assert.Contains("stream 3 of bob@example.com", await host.AskAsync(Legacy(Call("1", "who"), "session-of-bob", Bob), Cancellation), StringComparison.Ordinal);
        Assert.Contains("stream 2 of ada@example.com", await host.AskAsync(Legacy(Call("2", "who")), Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stream_that_breaks_ends_its_calls_at_once_and_the_next_message_opens_another()
    {
        await using var server = await FakeSse.StartAsync();
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Legacy(Call("1", "hang-up")), Cancellation));
        Assert.Equal(UpstreamFailure.Unreachable, failed.Failure);
        Assert.Contains("stream", await host.AskAsync(Legacy(Call("2", "who")), Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_session_that_the_server_forgot_is_opened_anew_and_the_message_said_again()
    {
        await using var server = await FakeSse.StartAsync();
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        Assert.Contains("stream 2", await host.AskAsync(Legacy(Call("1", "who")), Cancellation), StringComparison.Ordinal);
        server.Forget();
        Assert.Contains("stream 3", await host.AskAsync(Legacy(Call("2", "who")), Cancellation), StringComparison.Ordinal);
        Assert.Single(server.Posted, body => body.Contains("\"method\":\"tools/call\"", StringComparison.Ordinal) && body.StartsWith("3 ", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_event_without_end_is_read_no_further_than_the_limit()
    {
        await using var server = await FakeSse.StartAsync();
        await using var host = await StartOneAsync(server.Settings with { Limits = new ServerLimitSettings { ResponseBytes = 1 << 20 } }, Cancellation);
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Legacy(Call("1", "bomb")), Cancellation));
        Assert.Equal("its stream broke off", failed.Reason);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_servers_request_goes_to_the_client_where_one_reads_and_else_gets_an_error(bool isRead)
    {
        await using var server = await FakeSse.StartAsync();
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        host.Requests.IsOpen = isRead;
        var call = host.AskAsync(Legacy(Call("1", "ask")), Cancellation);
        if (isRead)
        {
            var (from, question) = await SseUpstreamTests.NextAsync(host, Cancellation);
            Assert.Equal(("session-of-ada", """{"jsonrpc":"2.0","id":"q","method":"roots/list"}"""), (from.SessionKey, question));
            var taken = await host.One.SendAsync(Legacy("""{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"""), Cancellation);
            Assert.Equal((202, UpstreamContent.None), taken is UpstreamResult.Answered { Status: var status, Content: var content } ? (status, content) : default);
        }

        Assert.Contains(isRead ? "roots" : "-32601", await call, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_servers_request_comes_in_the_answer_that_the_client_is_reading()
    {
        await using var server = await FakeSse.StartAsync();
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await using var answer = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(Legacy(Call("1", "ask")) with { RelaysRequests = true }, Cancellation));
        using var reader = new StreamReader(answer.Body);
        Assert.Equal("event: message", await reader.ReadLineAsync(Cancellation));
        Assert.Equal("""data: {"jsonrpc":"2.0","id":"one \"q\"","method":"roots/list"}""", (await reader.ReadLineAsync(Cancellation))!.Replace("\\u0022", "\\\"", StringComparison.Ordinal));
        await host.One.SendAsync(Legacy("""{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"""), Cancellation);
        Assert.Contains("roots", await reader.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
    }

    /// <summary>A Kestrel with the transport's two endpoints; answers by the name of the tool.</summary>
    private sealed class FakeSse(WebApplication app, ConcurrentDictionary<string, Channel<string>> streams, ConcurrentQueue<string> posted) : IAsyncDisposable
    {
        public ServerSettings Settings { get; } = new()
        {
            TransportType = ServerTransport.Sse,
            Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/sse"),
            Timeout = 10,
        };

        /// <summary>What was posted, with the number of its stream before it.</summary>
        public IReadOnlyCollection<string> Posted => posted;

        /// <summary>Knows no session any more; their streams stay open.</summary>
        public void Forget() => streams.Clear();

        /// <param name="endpoint">What the first event says; null says nothing. Empty: the truth.</param>
        public static async Task<FakeSse> StartAsync(string? endpoint = "")
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var streams = new ConcurrentDictionary<string, Channel<string>>();
            var posted = new ConcurrentQueue<string>();
            var last = 0;
            app.Run(async http =>
            {
                if (http.Request.Method == "GET")
                {
                    var number = $"{Interlocked.Increment(ref last)}";
                    var stream = streams[number] = Channel.CreateUnbounded<string>();
                    http.Response.ContentType = "text/event-stream";
                    stream.Writer.TryWrite(": hello\n\n");
                    if (endpoint is not null) stream.Writer.TryWrite($"event: endpoint\ndata: {(endpoint.Length > 0 ? endpoint : $"/messages?session={number}&user={http.Request.Headers["X-User"]}")}\n\n");
                    else stream.Writer.TryComplete();
                    try
                    {
                        await foreach (var text in stream.Reader.ReadAllAsync(http.RequestAborted))
                        {
                            await http.Response.WriteAsync(text, http.RequestAborted);
                            await http.Response.Body.FlushAsync(http.RequestAborted);
                        }
                    }
                    catch (OperationCanceledException)
                    {
                        streams.TryRemove(number, out _);
                    }

                    return;
                }

                using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
                var body = await reader.ReadToEndAsync(Cancellation);
                var session = http.Request.Query["session"].ToString();
                posted.Enqueue($"{session} {body}");
                if (!streams.TryGetValue(session, out var to))
                {
                    http.Response.StatusCode = 404;
                    return;
                }

                Answer(body, session, http.Request.Query["user"].ToString(), to.Writer);
                http.Response.StatusCode = 202;
            });
            await app.StartAsync(Cancellation);
            return new FakeSse(app, streams, posted);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var stream in streams.Values) stream.Writer.TryComplete();
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        private static void Answer(string body, string session, string user, ChannelWriter<string> to)
        {
            var message = Scan(body);
            var id = message.Id is { } range ? Encoding.UTF8.GetString(range.Of(message.Body.Span)) : null;
            switch (message.Method ?? "answer")
            {
                case "initialize":
                    Say($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"fake","version":"1"} } }""");
                    break;
                case "tools/call" when message.NameValue == "hang-up":
                    to.TryComplete();
                    break;
                case "tools/call" when message.NameValue == "bomb":
                    to.TryWrite($"data: {new string('x', 3 << 20)}");
                    break;
                case "tools/call" when message.NameValue == "ask":
                    // The call's number is told back by whoever answers: it is the only one.
                    Say("""{"jsonrpc":"2.0","id":"q","method":"roots/list"}""");
                    break;
                case "tools/call":
                    Text(id!, $"stream {session} of {user}");
                    break;
                case "answer":
                    Text("2", body.Replace('"', '\''));
                    break;
                default:
                    break;
            }

            void Text(string to, string text) => Say($$$"""{"jsonrpc":"2.0","id":{{{to}}},"result":{"content":[{"type":"text","text":"{{{text}}}"}]}}""");

            void Say(string json) => to.TryWrite($"event: message\ndata: {json}\n\n");
        }
    }
}
