using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Gateway.Upstreams.Http;
using Gatehouse.Tests.Parts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Words of servers that are JSON and yet no text: read as nothing, and never a fault of ours.</summary>
public sealed class ServerWordsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"\ud800":1,"jsonrpc":"2.0","id":7,"result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/progress","params":{"\ud800":1,"progressToken":7}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"error":{"\udc00":1,"code":1}}""")]
    public void A_message_with_half_a_pair_is_read_or_not_and_never_throws(string message) =>
        Assert.True(!ServerMessage.TryRead(Encoding.UTF8.GetBytes(message), out var read) || read.Id is not null || read.IsProgress);

    [Theory]
    [InlineData("""{"id":1,"result":{"protocolVersion":"\ud800"}}""")]
    [InlineData("""{"id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"\udc00","version":"1"}}}""")]
    [InlineData("""{"id":1,"error":{"code":-32022,"data":{"supported":["\ud800"]}}}""")]
    [InlineData("nonsense")]
    public void A_greeting_that_is_no_text_is_nonsense(string message) => Assert.IsType<Greeting.Nonsense>(Greeting.Read(Encoding.UTF8.GetBytes(message)));

    [Fact]
    public void A_greeting_that_is_not_UTF_8_is_nonsense_and_is_not_copied()
    {
        byte[] message = [.. """{"id":1,"result":{"protocolVersion":"""u8, (byte)'"', 0xFF, .. "\",\"serverInfo\":{\"name\":\"x\"}}}"u8];
        Assert.IsType<Greeting.Nonsense>(Greeting.Read(message));
        Assert.Null(InitializeResult.Read(message));
        Assert.Null(InitializeResult.Read("""{"result":{},"\ud800":1}"""u8.ToArray()));
    }

    /// <summary>Not stuck, and not given up: looked at again, and again.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData("application/json", """{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],"capabilities":{},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"\ud800"}}}}""")]
    [InlineData("text/event-stream", "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"\\ud800\"}}\n\n")]
    public async Task A_server_that_greets_without_text_is_down_and_comes_up_when_it_has_learned_to(string type, string greeting)
    {
        var learned = false;
        await using var server = await RecordingServer.StartAsync(Cancellation, async (http, _) =>
        {
            if (learned) return false;
            http.Response.ContentType = type;
            await http.Response.WriteAsync(greeting, http.RequestAborted);
            return true;
        });
        await using var host = await UpstreamHost.StartOneAsync(server.Settings, Cancellation);
        Assert.Equal(UpstreamState.Down, host.One.Status.State);
        learned = true;
        await host.UntilAsync(status => status.State == UpstreamState.Up, Cancellation);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_greeting_without_end_is_not_kept_in_memory()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://{listener.LocalEndpoint}/mcp");
        var starting = UpstreamHost.StartOneAsync(new ServerSettings { Url = url }, Cancellation);
        using var connection = await listener.AcceptSocketAsync(Cancellation);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: "u8.ToArray(), Cancellation);
        var written = await WrittenUntilHungUpAsync(connection);
        listener.Stop();
        await using var host = await starting;
        Assert.Equal(UpstreamState.Down, host.One.Status.State);
        Assert.InRange(written, 1024 * 1024, 64 * 1024 * 1024);
    }

    private static async Task<long> WrittenUntilHungUpAsync(Socket connection)
    {
        var part = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
        for (var written = 0L; ;)
        {
            try
            {
                written += await connection.SendAsync(part, Cancellation);
            }
            catch (SocketException)
            {
                return written;
            }
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_behind_a_byte_order_mark_is_kept_from_the_client()
    {
        var asked = new List<string>();
        var stream = new MemoryStream("\uFEFFdata: {\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"roots/list\"}\n\ndata: {\"id\":1,\"result\":{}}\n\n"u8.ToArray());
        await using var events = new ManagedEvents(stream, 32 * 1024 * 1024, (request, message) =>
        {
            asked.Add(Encoding.UTF8.GetString(request.Id!.Value.Of(message)));
            return null;
        });
        using var reader = new StreamReader(events);
        Assert.Equal("data: {\"id\":1,\"result\":{}}\n\n", await reader.ReadToEndAsync(Cancellation));
        Assert.Equal(["5"], asked);
    }

    /// <summary>Joined anew for each line it would be hundreds of gigabytes of copying, for one event of 8 MB.</summary>
    [Fact(Timeout = 30_000)]
    public async Task An_event_of_a_million_lines_costs_no_more_than_its_size()
    {
        var clock = Stopwatch.StartNew();
        var stream = new MemoryStream(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("data: 1\n", 1_000_000)) + "\n"));
        await using var events = new ManagedEvents(stream, 32 * 1024 * 1024, (_, _) => throw new InvalidOperationException("nobody asked"));
        using var passed = new MemoryStream();
        await events.CopyToAsync(passed, Cancellation);
        Assert.Equal(stream.ToArray(), passed.ToArray());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"it took {clock.Elapsed}");
    }
}
