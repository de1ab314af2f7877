using System.Globalization;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Servers behind a URL, with real ones that we did not write.</summary>
public sealed class HttpUpstreamTests
{
    private const string Initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_modern_server_gets_the_eras_headers_the_configured_ones_and_the_user_but_nothing_of_the_clients()
    {
        var (program, url) = await FixtureServer.HttpAsync(Cancellation, ("BEARER", "own"));
        await using var running = program;
        var server = new ServerSettings
        {
            Url = url,
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer own" },
            ForwardUser = new ForwardUserSettings { Header = "X-User" },
        };
        await using var host = await StartOneAsync(server, Cancellation);
        Assert.Equal((UpstreamState.Up, true, (bool?)null), (host.One.Status.State, host.One.Status.SpeaksModern, host.One.Status.SpeaksLegacy));
        Assert.Equal("gatehouse-fixture 1.0.0", host.Registry.Current[0].Detail);
        Assert.True(host.One.Status.Features.HasFlag(UpstreamFeatures.Tools | UpstreamFeatures.Resources | UpstreamFeatures.Prompts | UpstreamFeatures.Completions));

        var request = Modern(ModernCall("\"1\"", "echo", """{"n":1.0}""")) with
        {
            Headers = [new("MCP-Protocol-Version", "2026-07-28"), new("Mcp-Param-Region", "eu"), new("Authorization", "Bearer clients"), new("Cookie", "a=b"), new("X-User", "mallory")],
        };
        var answer = await host.AskAsync(request, Cancellation);

        using var json = JsonDocument.Parse(answer);
        using var echoed = JsonDocument.Parse(json.RootElement.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!);
        var headers = echoed.RootElement.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString());
        Assert.Equal("application/json, text/event-stream", headers["accept"]);
        Assert.Equal(("2026-07-28", "tools/call", "echo", "eu"), (headers["mcp-protocol-version"], headers["mcp-method"], headers["mcp-name"], headers["mcp-param-region"]));
        Assert.Equal(("Bearer own", "ada@example.com"), (headers["authorization"], headers["x-user"]));
        Assert.DoesNotContain("cookie", headers.Keys);
        Assert.DoesNotContain("mcp-session-id", headers.Keys);
    }

    [Fact]
    public async Task A_server_that_refuses_the_gateways_credential_is_down_for_that_reason()
    {
        var (program, url) = await FixtureServer.HttpAsync(Cancellation, ("BEARER", "own"));
        await using var running = program;
        await using var host = await StartOneAsync(new ServerSettings { Url = url }, Cancellation);
        Assert.Equal(UpstreamState.Down, host.One.Status.State);
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Modern(ModernCall("1", "echo")), Cancellation));
        Assert.Equal(UpstreamFailure.CredentialRefused, failed.Failure);
        Assert.Contains("HTTP 401", failed.Reason, StringComparison.Ordinal);
    }

    /// <summary>Whoever begins a session finds out first.</summary>
    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_gone_when_a_session_is_to_be_opened_is_down()
    {
        await using var server = new ListServer { Declares = false, IsModern = false };
        await server.StartAsync(Cancellation);
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await server.StopAsync();
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Legacy(Call("1", "any")), Cancellation));
        Assert.Equal(UpstreamFailure.Unreachable, failed.Failure);
        await host.UntilAsync(status => status.State == UpstreamState.Down, Cancellation);
    }

    [Fact]
    public async Task Events_stream_as_they_come_and_a_modern_server_stops_when_the_caller_gives_up()
    {
        var (program, url) = await FixtureServer.HttpAsync(Cancellation);
        await using var running = program;
        await using var host = await StartOneAsync(new ServerSettings { Url = url }, Cancellation);
        var request = Modern(ModernCall("1", "slow", """{"steps":100000,"delay":5}""", ",\"progressToken\":\"t\""));
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var answer = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(request, caller.Token));
        Assert.Equal(UpstreamContent.EventStream, answer.Content);
        var buffer = new byte[4096];
        Assert.Contains("notifications/progress", Encoding.UTF8.GetString(buffer, 0, await answer.Body.ReadAsync(buffer, Cancellation)), StringComparison.Ordinal);

        await caller.CancelAsync();

        while (!(await host.AskAsync(Modern(ModernCall("9", "cancelled_count")), Cancellation)).Contains("\"1\"", StringComparison.Ordinal)) Cancellation.ThrowIfCancellationRequested();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await answer.Body.ReadAsync(buffer, Cancellation) > 0) Cancellation.ThrowIfCancellationRequested();
        });
    }

    [Fact]
    public async Task A_server_of_both_eras_is_asked_for_the_legacy_one_only_when_a_legacy_client_comes()
    {
        var (program, url) = await FixtureServer.HttpAsync(Cancellation);
        await using var running = program;
        await using var host = await StartOneAsync(new ServerSettings { Url = url }, Cancellation);
        Assert.Null(host.One.Status.SpeaksLegacy);
        Assert.Contains("content", await host.AskAsync(Legacy(Call("1", "fail")), Cancellation), StringComparison.Ordinal);
        Assert.Equal((true, true), (host.One.Status.SpeaksModern, host.One.Status.SpeaksLegacy));
        Assert.False(host.One.Status.InitializeResult.IsEmpty);
    }

    [Fact]
    public async Task A_modern_only_server_does_not_serve_legacy_clients_and_the_other_way_round()
    {
        var (program, url) = await FixtureServer.HttpAsync(Cancellation, ("ERA", "modern"));
        await using var running = program;
        await using var modern = await StartOneAsync(new ServerSettings { Url = url }, Cancellation);
        Assert.Equal(UpstreamFailure.EraNotSupported, Assert.IsType<UpstreamResult.Failed>(await modern.One.SendAsync(Legacy(Call("1", "echo")), Cancellation)).Failure);

        var (everything, everythingUrl) = await EverythingServer.HttpAsync(0, Cancellation);
        await using var alsoRunning = everything;
        await using var legacy = await StartOneAsync(new ServerSettings { Url = everythingUrl }, Cancellation);
        Assert.Equal((false, true), (legacy.One.Status.SpeaksModern, legacy.One.Status.SpeaksLegacy));
        Assert.Equal(UpstreamFailure.EraNotSupported, Assert.IsType<UpstreamResult.Failed>(await legacy.One.SendAsync(Modern(ModernCall("1", "echo")), Cancellation)).Failure);
    }

    [Fact]
    public async Task Managed_sessions_are_opened_once_per_key_and_again_when_the_server_has_forgotten()
    {
        var (program, url) = await EverythingServer.HttpAsync(0, Cancellation);
        UpstreamHost host;
        await using (program)
        {
            host = await StartOneAsync(new ServerSettings { Url = url }, Cancellation);
            var calls = Enumerable.Range(0, 40).Select(async number =>
            {
                var text = number.ToString(CultureInfo.InvariantCulture);
                var answer = await host.AskAsync(Legacy(Call(text, "echo", $$"""{"message":"{{text}}"}"""), $"key-{number % 2}"), Cancellation);
                Assert.Contains($"Echo: {text}\"", answer, StringComparison.Ordinal);
            });
            await Task.WhenAll(calls);

            // Two for the calls, one that asked for the era, and one that listens for changed lists.
            await program.LineAsync(_ => program.Output.Split("Session initialized with ID").Length - 1 >= 4, Cancellation);
            Assert.Equal(4, program.Output.Split("Session initialized with ID").Length - 1);
        }

        await using var stopping = host;
        var (again, _) = await EverythingServer.HttpAsync(url.Port, Cancellation);
        await using var running = again;
        await host.UntilAsync(status => status.State == UpstreamState.Up, Cancellation);
        while (await host.One.SendAsync(Legacy(Call("1", "echo", """{"message":"still here"}"""), "key-0"), Cancellation) is var result)
        {
            if (result is not UpstreamResult.Answered) continue;
            Assert.Contains("Echo: still here", await ReadAsync(result, Cancellation), StringComparison.Ordinal);
            break;
        }
    }

    [Fact]
    public async Task A_clients_own_session_goes_through_as_it_is_with_GET_and_DELETE()
    {
        var (program, url) = await EverythingServer.HttpAsync(0, Cancellation);
        await using var running = program;
        await using var host = await StartOneAsync(new ServerSettings { Url = url }, Cancellation);
        var opened = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(Own(Initialize, null), Cancellation));
        Assert.NotNull(opened.SessionId);
        Assert.Contains("2025-06-18", await ReadAsync(opened, Cancellation), StringComparison.Ordinal);
        await using var heard = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(Own("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", opened.SessionId), Cancellation));
        Assert.Equal((202, UpstreamContent.None), (heard.Status, heard.Content));
        Assert.Contains("Echo: hi", await host.AskAsync(Own(Call("2", "echo", """{"message":"hi"}"""), opened.SessionId), Cancellation), StringComparison.Ordinal);

        var get = Own(Initialize, opened.SessionId) with { Message = null, HttpMethod = "GET" };
        await using (var stream = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(get, Cancellation)))
        {
            Assert.Equal((200, UpstreamContent.EventStream), (stream.Status, stream.Content));
        }

        await using var deleted = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(get with { HttpMethod = "DELETE" }, Cancellation));
        Assert.Equal(200, deleted.Status);
        await using var unknown = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(Own(Call("3", "echo"), opened.SessionId), Cancellation));
        Assert.InRange(unknown.Status, 400, 404);
    }

    [Fact]
    public async Task A_program_beside_the_gateway_is_started_reached_through_its_url_and_ended()
    {
        var stdio = await FixtureServer.StdioAsync(Cancellation);
        var port = FreePort();
        var server = stdio with
        {
            TransportType = ServerTransport.Http,
            Args = ["fixture.mjs", "http"],
            Url = new Uri($"http://127.0.0.1:{port}/mcp"),
            Env = new Dictionary<string, string> { ["PORT"] = port.ToString(CultureInfo.InvariantCulture) },
        };
        await using (var host = await StartOneAsync(server, Cancellation))
        {
            Assert.Equal(UpstreamState.Up, host.One.Status.State);
            Assert.Contains("\"id\":1", await host.AskAsync(Modern(ModernCall("1", "echo")), Cancellation), StringComparison.Ordinal);
        }

        using var client = new System.Net.Sockets.TcpClient();
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(async () => await client.ConnectAsync("127.0.0.1", port, Cancellation));
    }

    [Fact]
    public async Task A_program_beside_that_crashes_says_so()
    {
        var crashing = await FixtureServer.MisbehavingAsync("crash-at-start", Cancellation);
        await using var host = await StartOneAsync(
            crashing with { TransportType = ServerTransport.Http, Url = new Uri($"http://127.0.0.1:{FreePort()}/mcp") }, Cancellation);
        Assert.Equal(UpstreamState.Down, host.One.Status.State);
        Assert.Contains("exited with code 3", host.One.Status.Reason, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
