using System.Globalization;
using System.Text.Json;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Servers that are programs, with real ones that we did not write.</summary>
public sealed class StdioUpstreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_come_up_in_the_order_of_the_configuration_and_one_dead_one_harms_no_other()
    {
        await using var host = await StartAsync(
            Cancellation,
            ("everything", await EverythingServer.StdioAsync(Cancellation)),
            ("dead", new() { Command = "/no/such/program" }),
            ("memory", await EverythingServer.StdioAsync("server-memory", [], Cancellation)),
            ("off", new() { Command = "/no/such/program", Disabled = true }),
            ("files", await EverythingServer.StdioAsync("server-filesystem", [Path.GetTempPath()], Cancellation)));
        Assert.Equal(["everything", "dead", "memory", "files"], host.Registry.All.Select(upstream => upstream.Name));

        foreach (var upstream in host.Registry.All) await upstream.SettledAsync(Cancellation);

        Assert.Equal(["up", "down", "up", "up"], host.Registry.Current.Select(report => report.State));
        Assert.Contains("mcp-servers/everything 2.0.0", host.Registry.Current[0].Detail, StringComparison.Ordinal);
        Assert.Contains("was not found", host.Registry.Current[1].Detail, StringComparison.Ordinal);
        Assert.All(host.Registry.All.Where(upstream => upstream.Name != "dead"), upstream =>
        {
            Assert.Equal((false, true), (upstream.Status.SpeaksModern, upstream.Status.SpeaksLegacy));
            Assert.True(upstream.Status.Features.HasFlag(UpstreamFeatures.Tools));
            Assert.Contains("serverInfo", System.Text.Encoding.UTF8.GetString(upstream.Status.InitializeResult.Span), StringComparison.Ordinal);
        });
        Assert.True(host.Registry.TryFind("memory", out _));
        Assert.False(host.Registry.TryFind("Memory", out _));
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.Registry.All[1].SendAsync(Legacy(Call("1", "echo")), Cancellation));
        Assert.Equal(UpstreamFailure.Unreachable, failed.Failure);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"1\"")]
    [InlineData("\"\\u0061/\\\"b\"")]
    [InlineData("-0")]
    [InlineData("123456789012345678901234567890")]
    public async Task The_clients_id_comes_back_byte_for_byte(string id)
    {
        await using var host = await StartOneAsync(await EverythingServer.StdioAsync(Cancellation), Cancellation);
        var answer = await host.AskAsync(Legacy(Call(id, "echo", """{"message":"hi"}""")), Cancellation);
        Assert.Contains($"\"id\":{id}", answer, StringComparison.Ordinal);
        Assert.Contains("Echo: hi", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_may_be_as_long_as_its_server_is_allowed()
    {
        const string Script =
            """
            while read -r line; do
              id=${line#*\"id\":}
              id=${id%%,*}
              case "$line" in
                *'"method":"tools/call"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"text":"' "$id"; head -c 34603008 /dev/zero | tr '\0' x; printf '"}}\n' ;;
                *'"method":"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"sh","version":"1"}}}\n' "$id" ;;
                *'"id":'*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}\n' "$id" ;;
              esac
            done
            """;
        await using var host = await StartOneAsync(new() { Command = "sh", Args = ["-c", Script], Limits = new() { ResponseBytes = 64 * 1024 * 1024 } }, Cancellation);
        Assert.True((await host.AskAsync(Legacy(Call("1", "any")), Cancellation)).Length > 34603008);
    }

    [Fact]
    public async Task Line_breaks_between_tokens_do_not_break_the_channel_and_the_rest_stays_as_it_came()
    {
        await using var host = await StartOneAsync(await FixtureServer.MisbehavingAsync("lines", Cancellation), Cancellation);
        var answer = await host.AskAsync(
            Legacy("{\r\n \"jsonrpc\": \"2.0\",\n \"params\": {\"_meta\": {\"progressToken\": \"p\"}, \"name\": \"raw\", \"z\": \"\\n\"},\n \"method\": \"tools/call\",\n \"id\": \"x\"\n}\n"), Cancellation);
        Assert.Contains("\"id\":\"x\"", answer, StringComparison.Ordinal);
        Assert.Contains("\\\"z\\\":\\\"\\\\n\\\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_interleaved_calls_of_two_users_with_the_same_ids_are_never_mixed()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        var calls = Enumerable.Range(0, 200).Select(async number =>
        {
            var user = number % 2 == 0 ? "ada" : "bob";
            var id = (number / 2).ToString(CultureInfo.InvariantCulture);
            var secret = Guid.NewGuid().ToString();
            var request = Modern(ModernCall(id, "echo", $$"""{"user":"{{user}}","secret":"{{secret}}"}"""), CallerOf(user));
            var answer = await host.AskAsync(request, Cancellation);
            using var json = JsonDocument.Parse(answer);
            Assert.Equal(id, json.RootElement.GetProperty("id").GetRawText());
            Assert.Contains(secret, answer, StringComparison.Ordinal);
        });
        await Task.WhenAll(calls);
    }

    [Theory]
    [InlineData("\"token\"")]
    [InlineData("7")]
    public async Task Progress_comes_first_with_the_clients_own_token_then_the_answer(string token)
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        var request = Modern(ModernCall("5", "slow", """{"steps":3,"delay":5}""", $",\"progressToken\":{token}"));

        var result = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(request, Cancellation));

        Assert.Equal((200, UpstreamContent.EventStream), (result.Status, result.Content));
        var events = (await ReadAsync(result, Cancellation)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, events.Length);
        Assert.All(events, text => Assert.StartsWith("event: message\ndata: {", text, StringComparison.Ordinal));
        Assert.All(events[..3], text => Assert.Contains($"\"progressToken\":{token}", text, StringComparison.Ordinal));
        Assert.Contains("\"id\":5", events[3], StringComparison.Ordinal);
        Assert.Contains("done after 3 steps", events[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_stops_the_work_before_or_after_the_answer_has_begun()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        using var before = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var silent = host.One.SendAsync(Modern(ModernCall("1", "slow", """{"steps":1,"delay":60000}""")), before.Token);
        await host.AskAsync(Modern(ModernCall("2", "cancelled_count")), Cancellation);
        await before.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => silent);
        await UntilCancelledAsync(host, 1);

        const string Chatty = """{"steps":1000000,"delay":1}""";
        using var during = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var begun = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(Modern(ModernCall("1", "slow", Chatty, ",\"progressToken\":1")), during.Token));
        await during.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(begun, Cancellation));
        await UntilCancelledAsync(host, 2);

        var left = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(Modern(ModernCall("1", "slow", Chatty, ",\"progressToken\":1")), Cancellation));
        await left.DisposeAsync();
        await UntilCancelledAsync(host, 3);
    }

    [Fact]
    public async Task A_cancellation_reaches_its_call_and_nobody_elses_of_the_same_id()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        const string Slow = """{"steps":1,"delay":60000}""";
        var adas = host.One.SendAsync(Legacy(Call("1", "slow", Slow), "a"), Cancellation);
        using var bobGivesUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var bobs = host.One.SendAsync(Legacy(Call("1", "slow", Slow), "b"), bobGivesUp.Token);
        await host.AskAsync(Legacy(Call("2", "cancelled_count"), "a"), Cancellation);

        await bobGivesUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bobs);
        while (!(await host.AskAsync(Legacy(Call("2", "cancelled_count"), "a"), Cancellation)).Contains("\"1\"", StringComparison.Ordinal)) Cancellation.ThrowIfCancellationRequested();
        Assert.False(adas.IsCompleted);
    }

    [Fact]
    public async Task A_server_of_both_eras_serves_each_client_in_its_own()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        Assert.Equal((true, (bool?)null), (host.One.Status.SpeaksModern, host.One.Status.SpeaksLegacy));
        Assert.Contains("resultType", await host.AskAsync(Modern(ModernCall("1", "echo")), Cancellation), StringComparison.Ordinal);

        Assert.DoesNotContain("resultType", await host.AskAsync(Legacy(Call("1", "echo")), Cancellation), StringComparison.Ordinal);

        Assert.Equal((true, true), (host.One.Status.SpeaksModern, host.One.Status.SpeaksLegacy));
        Assert.False(host.One.Status.InitializeResult.IsEmpty);
        Assert.False(host.One.Status.DiscoverResult.IsEmpty);
        Assert.Contains("resultType", await host.AskAsync(Modern(ModernCall("2", "echo")), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_era_that_the_server_does_not_speak_is_said_to_be_so()
    {
        await using var modern = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation, ("ERA", "modern")), Cancellation);
        Assert.Equal(UpstreamFailure.EraNotSupported, Assert.IsType<UpstreamResult.Failed>(await modern.One.SendAsync(Legacy(Call("1", "echo")), Cancellation)).Failure);
        Assert.False(modern.One.Status.SpeaksLegacy);

        await using var legacy = await StartOneAsync(await EverythingServer.StdioAsync(Cancellation), Cancellation);
        Assert.Equal(UpstreamFailure.EraNotSupported, Assert.IsType<UpstreamResult.Failed>(await legacy.One.SendAsync(Modern(ModernCall("1", "echo")), Cancellation)).Failure);
    }

    [Theory]
    [InlineData("modern", 404)]
    [InlineData("legacy", 200)]
    public async Task An_unknown_method_has_the_status_of_its_era(string era, int status)
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        const string Legacy = """{"jsonrpc":"2.0","id":1,"method":"no/such"}""";
        const string Modern = """{"jsonrpc":"2.0","id":1,"method":"no/such","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}""";
        var request = era == "modern" ? UpstreamHost.Modern(Modern) : UpstreamHost.Legacy(Legacy);
        await using var answer = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(request, Cancellation));
        Assert.Equal((status, UpstreamContent.Json), (answer.Status, answer.Content));
    }

    [Fact]
    public async Task What_concerns_only_the_gateways_own_session_never_reaches_the_child()
    {
        await using var host = await StartOneAsync(await EverythingServer.StdioAsync(Cancellation), Cancellation);
        var initialized = await host.AskAsync(
            Legacy("""{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"""), Cancellation);
        Assert.Contains("\"id\":\"i\"", initialized, StringComparison.Ordinal);
        Assert.Contains("serverInfo", initialized, StringComparison.Ordinal);
        await using var accepted = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(Legacy("""{"jsonrpc":"2.0","method":"notifications/initialized"}"""), Cancellation));
        Assert.Equal((202, UpstreamContent.None), (accepted.Status, accepted.Content));
        await using var refused = Assert.IsType<UpstreamResult.Answered>(
            await host.One.SendAsync(Legacy(Call("1", "echo")) with { Message = null, HttpMethod = "GET" }, Cancellation));
        Assert.Equal(405, refused.Status);
    }

    private static async Task UntilCancelledAsync(UpstreamHost host, int count)
    {
        var wanted = $"\"{count}\"";
        while (!(await host.AskAsync(Modern(ModernCall("9", "cancelled_count")), Cancellation)).Contains(wanted, StringComparison.Ordinal)) Cancellation.ThrowIfCancellationRequested();
    }
}
