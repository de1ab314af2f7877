using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Servers that announce that their lists have changed, and how the gateway hears it.</summary>
public sealed class ListWatchTests
{
    private static readonly ListChange _tools = new("one", ChangedList.Tools);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_announcement_is_passed_on_and_a_stream_that_ends_is_opened_again(bool isModern)
    {
        await using var server = new ListServer { IsModern = isModern };
        await server.StartAsync(Cancellation);
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await UntilAsync(() => host.One.Status.Announced == UpstreamFeatures.ToolsListChanged);

        host.Changes.Clear();
        server.Announce();
        Assert.Equal(_tools, await HeardAsync(host));

        server.Cut();
        await UntilAsync(() => server.Listeners == 2);
        Assert.Equal(_tools, await HeardAsync(host));
        await UntilAsync(() => host.One.Status.Announced == UpstreamFeatures.ToolsListChanged);
        Assert.Equal(UpstreamState.Up, host.One.Status.State);
        Assert.Equal(isModern, !server.Heard.Any(message => message.Contains("\"initialize\"", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_comes_back_counts_as_another_one()
    {
        await using var server = new ListServer { Declares = false };
        await server.StartAsync(Cancellation);
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await server.StopAsync();
        Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(Modern(ModernCall("1", "x")), Cancellation));
        await host.UntilAsync(status => status.State == UpstreamState.Down, Cancellation);
        host.Changes.Clear();
        await server.StartAsync(Cancellation);
        Assert.Equal([_tools, new("one", ChangedList.Prompts), new("one", ChangedList.Resources)], [await HeardAsync(host), await HeardAsync(host), await HeardAsync(host)]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Only_what_the_server_agreed_to_announce_counts_as_announced()
    {
        await using var server = new ListServer { Honours = """{"toolsListChanged":false,"promptsListChanged":true,"other":{"a":[1]}}""" };
        await server.StartAsync(Cancellation);
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await UntilAsync(() => host.One.Status.Announced == UpstreamFeatures.PromptsListChanged);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_has_no_stream_is_up_all_the_same_and_not_asked_for_one_again(bool isModern)
    {
        await using var server = new ListServer { IsModern = isModern, RefusesListeners = true };
        await server.StartAsync(Cancellation);
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await UntilAsync(() => host.Log.Lines.Any(line => line.Contains("no longer heard", StringComparison.Ordinal)));
        Assert.Equal((1, UpstreamState.Up, UpstreamFeatures.None), (server.Listeners, host.One.Status.State, host.One.Status.Announced));
        Assert.Contains("one is no longer heard announcing changes of its lists: it answered HTTP 405 and no stream", host.Log.Lines);
    }

    [Fact(Timeout = 60_000)]
    public async Task Nobody_listens_to_a_server_that_announces_nothing_or_lists_something_else_for_each_user()
    {
        await using var silent = new ListServer { Declares = false };
        await using var personal = new ListServer();
        await using var heard = new ListServer();
        foreach (var server in new[] { silent, personal, heard }) await server.StartAsync(Cancellation);
        await using var host = await StartAsync(
            Cancellation, ("silent", silent.Settings), ("personal", personal.Settings with { ForwardUser = new ForwardUserSettings { Header = "X-User" } }), ("heard", heard.Settings));
        await Task.WhenAll(host.Registry.All.Select(upstream => upstream.SettledAsync(Cancellation)));
        await UntilAsync(() => heard.Listeners == 1);
        Assert.Equal((0, 0), (silent.Listeners, personal.Listeners));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_legacy_servers_ping_on_that_stream_is_answered_and_nonsense_is_passed_over()
    {
        await using var server = new ListServer { IsModern = false };
        await server.StartAsync(Cancellation);
        await using var host = await StartOneAsync(server.Settings, Cancellation);
        await UntilAsync(() => host.One.Status.Announced != UpstreamFeatures.None);
        host.Changes.Clear();
        foreach (var message in new[] { "", "nonsense", "[]", "{}", "{\"method\":7}", """{"jsonrpc":"2.0","id":"p","method":"ping"}""" }) server.Say(message);
        server.Announce("prompts");
        Assert.Equal(new ListChange("one", ChangedList.Prompts), await HeardAsync(host));
        await UntilAsync(() => server.Heard.Any(message => message == """{"jsonrpc":"2.0","id":"p","result":{}}"""));
    }

    [Fact(Timeout = 60_000)]
    public async Task Real_servers_of_both_eras_are_heard()
    {
        var (fixture, url) = await FixtureServer.HttpAsync(Cancellation);
        await using var running = fixture;
        var (everything, everythingUrl) = await EverythingServer.HttpAsync(0, Cancellation);
        await using var alsoRunning = everything;
        await using var host = await StartAsync(Cancellation, ("modern", new ServerSettings { Url = url }), ("legacy", new ServerSettings { Url = everythingUrl }));
        await UntilAsync(() => host.Registry.All.All(upstream => (upstream.Status.Announced & UpstreamFeatures.ToolsListChanged) != 0));
    }

    private static async Task<ListChange> HeardAsync(UpstreamHost host)
    {
        var heard = default(ListChange);
        await UntilAsync(() => host.Changes.TryDequeue(out heard));
        return heard;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!holds()) await ticks.WaitForNextTickAsync(Cancellation);
    }
}
