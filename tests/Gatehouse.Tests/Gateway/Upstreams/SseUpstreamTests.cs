using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>npm's server-everything over HTTP+SSE, the transport of 2024-11-05.</summary>
public sealed class SseUpstreamTests(SseUpstreamTests.Everything everything) : IClassFixture<SseUpstreamTests.Everything>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(ServerTransport.Sse)]
    [InlineData(null)]
    public async Task A_server_of_the_older_transport_is_up_named_or_found_out(ServerTransport? transport)
    {
        await using var host = await StartAsync(transport);
        Assert.Equal((UpstreamState.Up, false, true, true), (host.One.Status.State, host.One.Status.SpeaksModern, host.One.Status.SpeaksLegacy, host.One.Status.IsSse));
        Assert.Contains("Echo: hello", await host.AskAsync(Legacy(Call("\"my-id\"", "echo", """{"message":"hello"}""")), Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Calls_of_the_same_id_on_one_session_get_each_their_own_answer()
    {
        await using var host = await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => host.AskAsync(Legacy(Call("7", "echo", $$"""{"message":"m{{i}}."}""")), Cancellation)));
        Assert.All(answers, (answer, i) =>
        {
            Assert.Contains($"Echo: m{i}.", answer, StringComparison.Ordinal);
            Assert.Contains("\"id\":7", answer, StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 60_000)]
    public async Task Progress_comes_on_the_calls_own_stream_with_the_clients_token()
    {
        await using var host = await StartAsync();
        const string Message = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"trigger-long-running-operation","arguments":{"duration":0.2,"steps":2},"_meta":{"progressToken":"mine"}}}""";
        var answer = await host.AskAsync(Legacy(Message), Cancellation);
        Assert.Equal(2, answer.Split("\"progressToken\":\"mine\"").Length - 1);
        Assert.Contains("\"id\":1", answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_the_server_says_unasked_goes_to_the_session_it_belongs_to_and_to_no_other()
    {
        await using var host = await StartAsync();
        host.Requests.IsOpen = true;
        await host.AskAsync(Legacy(Call("1", "echo", """{"message":"x"}"""), session: "session-of-bob", caller: Bob), Cancellation);
        await host.AskAsync(Legacy("""{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"demo://resource/static/document/features.md"}}""", session: "session-of-ada"), Cancellation);
        await host.AskAsync(Legacy(Call("2", "toggle-subscriber-updates"), session: "session-of-ada"), Cancellation);
        while (true)
        {
            var (from, message) = await NextAsync(host, Cancellation);
            if (!message.Contains("notifications/resources/updated", StringComparison.Ordinal)) continue;
            Assert.Equal("session-of-ada", from.SessionKey);
            break;
        }
    }

    /// <summary>The next message that a server said unasked.</summary>
    internal static async Task<(ServerSession From, string Message)> NextAsync(UpstreamHost host, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            if (host.Requests.Delivered.TryDequeue(out var said)) return said;
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_caller_who_gives_up_leaves_the_session_as_it_was()
    {
        await using var host = await StartAsync();
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var call = host.One.SendAsync(Legacy(Call("1", "trigger-long-running-operation", """{"duration":60,"steps":2}""")), impatient.Token);
        await host.AskAsync(Legacy(Call("2", "echo", """{"message":"x"}""")), Cancellation);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Contains("Echo: still here", await host.AskAsync(Legacy(Call("3", "echo", """{"message":"still here"}""")), Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Only_the_legacy_era_is_spoken_there()
    {
        await using var host = await StartAsync();
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Modern(ModernCall("1", "echo")), Cancellation));
        Assert.Equal(UpstreamFailure.EraNotSupported, failed.Failure);
    }

    private async Task<UpstreamHost> StartAsync(ServerTransport? transport = ServerTransport.Sse) =>
        await StartOneAsync(new ServerSettings { Url = await everything.UrlAsync(Cancellation), TransportType = transport, Timeout = 20 }, Cancellation);

    public sealed class Everything : IAsyncDisposable
    {
        private NodeProgram? _program;
        private Uri? _url;

        internal async Task<Uri> UrlAsync(CancellationToken cancellationToken)
        {
            if (_url is null) (_program, _url) = await EverythingServer.SseAsync(cancellationToken);
            return _url;
        }

        public async ValueTask DisposeAsync()
        {
            if (_program is not null) await _program.DisposeAsync();
        }
    }
}
