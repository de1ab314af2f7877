using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary><c>subscriptions/listen</c> (2026-07-28) at programs.</summary>
public sealed class StdioListenTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData("7")]
    [InlineData("\"7\"")]
    public async Task A_listen_is_acknowledged_and_told_of_changes_under_the_clients_own_id(string id)
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        await using var listen = await ListenAsync(host, id, Ada);
        Assert.Contains("notifications/subscriptions/acknowledged", await listen.NextAsync(), StringComparison.Ordinal);
        await host.AskAsync(Modern(ModernCall("1", "change"), Bob), Cancellation);
        var told = await listen.NextAsync();
        Assert.Contains("notifications/tools/list_changed", told, StringComparison.Ordinal);
        Assert.Contains($"\"io.modelcontextprotocol/subscriptionId\":{id}", told, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Several_listens_with_the_same_id_each_have_their_own_stream()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        await using var adas = await ListenAsync(host, "1", Ada);
        await using var bobs = await ListenAsync(host, "1", Bob, "promptsListChanged");
        Assert.Contains("\"toolsListChanged\":true", await adas.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("\"promptsListChanged\":true", await bobs.NextAsync(), StringComparison.Ordinal);
        await host.AskAsync(Modern(ModernCall("1", "change")), Cancellation);
        await host.AskAsync(Modern(ModernCall("1", "change")), Cancellation);
        for (var time = 0; time < 2; time++) Assert.Contains("tools/list_changed", await adas.NextAsync(), StringComparison.Ordinal);
        Assert.False(bobs.HasMore);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_listen_goes_on_when_the_program_was_started_again_and_is_acknowledged_once()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        await using var listen = await ListenAsync(host, "1", Ada);
        await listen.NextAsync();
        await host.One.SendAsync(Modern(ModernCall("1", "crash")), Cancellation);
        await host.UntilAsync(status => status.State == UpstreamState.Up && host.Log.Lines.Count(line => line.StartsWith("one is up", StringComparison.Ordinal)) == 2, Cancellation);

        await host.AskAsync(Modern(ModernCall("2", "change")), Cancellation);

        Assert.Contains("tools/list_changed", await listen.NextAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_listen_whose_client_left_while_the_program_was_away_is_not_taken_up_again()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        var listen = await ListenAsync(host, "1", Ada);
        await listen.NextAsync();
        await host.One.SendAsync(Modern(ModernCall("1", "crash")), Cancellation);
        await listen.DisposeAsync();
        await host.UntilAsync(status => status.State == UpstreamState.Up && host.Log.Lines.Count(line => line.StartsWith("one is up", StringComparison.Ordinal)) == 2, Cancellation);
        Assert.Contains("changed", await host.AskAsync(Modern(ModernCall("2", "change")), Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_gateway_itself_hears_of_a_modern_programs_changed_lists()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation), Cancellation);
        while (host.Changes.IsEmpty) await host.AskAsync(Modern(ModernCall("1", "change")), Cancellation);
        Assert.All(host.Changes, change => Assert.Equal(new ListChange("one", ChangedList.Tools), change));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_listen_keeps_a_users_program_up_and_ends_with_it()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation) with { Pool = StdioPool.PerUser, MaxChildren = 1 }, Cancellation);
        await using var listen = await ListenAsync(host, "1", Ada);
        await listen.NextAsync();
        var refused = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Modern(ModernCall("1", "echo"), Bob), Cancellation));
        Assert.Contains("maxChildren", refused.Reason, StringComparison.Ordinal);
        await listen.DisposeAsync();
        while (await host.One.SendAsync(Modern(ModernCall("1", "echo"), Bob), Cancellation) is not UpstreamResult.Answered) Cancellation.ThrowIfCancellationRequested();
    }

    private static async Task<ListenStream> ListenAsync(UpstreamHost host, string id, Gatehouse.Core.Identity.Caller caller, string what = "toolsListChanged")
    {
        var request = Modern(
            $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"subscriptions/listen","params":{"notifications":{"{{{what}}}":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{} } } }""", caller);
        var answer = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(request, Cancellation));
        Assert.Equal((200, UpstreamContent.EventStream), (answer.Status, answer.Content));
        return new ListenStream(answer.Body);
    }

    private sealed class ListenStream(Stream body) : IAsyncDisposable
    {
        private readonly StreamReader _reader = new(body);
        private Task<string?>? _next;

        /// <summary>Whether something has come that was not asked for yet.</summary>
        public bool HasMore => (_next ??= LineAsync()).IsCompleted;

        /// <summary>The next event's data.</summary>
        public async Task<string> NextAsync()
        {
            var line = await (_next ?? LineAsync());
            _next = null;
            return line ?? throw new IOException("The stream has ended.");
        }

        public ValueTask DisposeAsync() => body.DisposeAsync();

        private async Task<string?> LineAsync()
        {
            while (await _reader.ReadLineAsync(Cancellation) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal)) return line["data: ".Length..];
            }

            return null;
        }
    }
}
