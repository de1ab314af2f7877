using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.Talkative;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Who shares a program with whom, and for how long there is one.</summary>
public sealed class StdioPoolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Each_user_has_a_program_of_their_own_where_the_pool_is_per_user()
    {
        await using var host = await TalkativeAsync(StdioPool.PerUser);
        Assert.Equal(UpstreamState.Up, host.One.Status.State);

        await host.AskAsync(From("a", Subscribe("talk://ada")), Cancellation);
        var (ada, again, bob) = (await host.HeardAsync("a", Cancellation), await host.HeardAsync("a2", Cancellation), await host.HeardAsync("b", Cancellation, "bob"));

        Assert.Equal(ada.Process, again.Process);
        Assert.NotEqual(ada.Process, bob.Process);
        Assert.Contains(ada.Messages, message => message.Contains("talk://ada", StringComparison.Ordinal));
        Assert.DoesNotContain(bob.Messages, message => message.Contains("talk://ada", StringComparison.Ordinal));
        Assert.Contains("gatehouse", ada.Greeting, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Each_session_has_a_program_of_its_own_where_the_pool_is_per_session_and_no_user_gets_anothers()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        var (one, other) = (await host.HeardAsync("a", Cancellation), await host.HeardAsync("b", Cancellation));
        Assert.NotEqual(one.Process, other.Process);
        Assert.Contains("client of a", one.Greeting, StringComparison.Ordinal);
        Assert.Contains("client of b", other.Greeting, StringComparison.Ordinal);
        Assert.Equal(one.Process, (await host.HeardAsync("a", Cancellation)).Process);

        // A key belongs to one user; should that ever fail, the program still does.
        Assert.NotEqual(one.Process, (await host.HeardAsync("a", Cancellation, "bob")).Process);
    }

    [Fact(Timeout = 120_000)]
    public async Task Clients_of_the_modern_era_share_one_program_per_user_even_where_the_pool_is_per_session()
    {
        await using var host = await StartOneAsync(await FixtureServer.StdioAsync(Cancellation) with { Pool = StdioPool.PerSession }, Cancellation);
        Assert.Equal((true, (bool?)null), (host.One.Status.SpeaksModern, host.One.Status.SpeaksLegacy));
        await host.AskAsync(Modern(ModernCall("1", "slow", """{"steps":1,"delay":0}""")), Cancellation);
        using var gone = new CancellationTokenSource();
        var slow = host.One.SendAsync(Modern(ModernCall("1", "slow", """{"steps":1,"delay":60000}""")), gone.Token);
        await host.AskAsync(Modern(ModernCall("2", "cancelled_count")), Cancellation);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);

        // The same user's next call sees what the first one did; another user's does not.
        while (!(await host.AskAsync(Modern(ModernCall("3", "cancelled_count")), Cancellation)).Contains("\"1\"", StringComparison.Ordinal)) Cancellation.ThrowIfCancellationRequested();
        Assert.Contains("\"0\"", await host.AskAsync(Modern(ModernCall("3", "cancelled_count"), Bob), Cancellation), StringComparison.Ordinal);
        Assert.Contains("\"0\"", await host.AskAsync(Legacy(Call("3", "cancelled_count")), Cancellation), StringComparison.Ordinal);
        Assert.True(host.One.Status.SpeaksLegacy);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_program_that_nobody_uses_ends_and_comes_back_when_somebody_does()
    {
        await using var host = await TalkativeAsync(StdioPool.PerUser, server => server with { IdleTimeout = 1 });
        var first = await host.HeardAsync("a", Cancellation);
        await Processes.EndedAsync(first.Process, Cancellation);
        Assert.Equal(UpstreamState.Up, host.One.Status.State);
        Assert.NotEqual(first.Process, (await host.HeardAsync("a", Cancellation)).Process);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_shared_program_ends_when_idle_if_the_configuration_says_so()
    {
        await using var host = await TalkativeAsync(StdioPool.Shared, server => server with { IdleTimeout = 1 });
        var (ada, bob) = (await host.HeardAsync("a", Cancellation), await host.HeardAsync("b", Cancellation, "bob"));
        Assert.Equal(ada.Process, bob.Process);
        await Processes.EndedAsync(ada.Process, Cancellation);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_program_at_work_is_not_idle_however_long_that_takes()
    {
        await using var host = await TalkativeAsync(StdioPool.PerUser, server => server with { IdleTimeout = 1 });
        var begun = await host.HeardAsync("a", Cancellation);
        var waiting = host.One.SendAsync(From("a", Call("1", "wait")), Cancellation);

        // Bob's comes later and ends, idle, while Ada's still works.
        await Processes.EndedAsync((await host.HeardAsync("b", Cancellation, "bob")).Process, Cancellation);

        Assert.Equal(begun.Process, (await host.HeardAsync("a", Cancellation)).Process);
        await host.AskAsync(From("a", Call("2", "go")), Cancellation);
        Assert.Contains("gone", await ReadAsync(await waiting, Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task One_program_too_many_takes_the_place_of_the_one_that_idles_longest_and_never_of_one_at_work()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession, server => server with { MaxChildren = 2 });
        var (a, b) = (await host.HeardAsync("a", Cancellation), await host.HeardAsync("b", Cancellation));
        await host.HeardAsync("c", Cancellation);
        await Processes.EndedAsync(a.Process, Cancellation);
        Assert.Equal(b.Process, (await host.HeardAsync("b", Cancellation)).Process);

        var (atB, atC) = (host.One.SendAsync(From("b", Call("1", "wait")), Cancellation), host.One.SendAsync(From("c", Call("1", "wait")), Cancellation));
        await host.HeardAsync("b", Cancellation);
        await host.HeardAsync("c", Cancellation);
        var refused = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(From("d", Call("1", "heard")), Cancellation));
        Assert.Contains("all of its 2 programs are at work (maxChildren)", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(UpstreamState.Up, host.One.Status.State);

        foreach (var session in new[] { "b", "c" }) await host.AskAsync(From(session, Call("2", "go")), Cancellation);
        await ReadAsync(await atB, Cancellation);
        await ReadAsync(await atC, Cancellation);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_end_of_a_session_ends_its_program()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        var (a, b) = (await host.HeardAsync("a", Cancellation), await host.HeardAsync("b", Cancellation));
        await using var ended = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(From("a", Initialized) with { Message = null, HttpMethod = "DELETE" }, Cancellation));
        Assert.Equal(204, ended.Status);
        await Processes.EndedAsync(a.Process, Cancellation);
        Assert.Equal(b.Process, (await host.HeardAsync("b", Cancellation)).Process);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_session_whose_program_crashed_gets_another_and_others_never_notice()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        var (a, b) = (await host.HeardAsync("a", Cancellation), await host.HeardAsync("b", Cancellation));
        var crashed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(From("a", Call("1", "crash")), Cancellation));
        Assert.Contains("exited with code 4", crashed.Reason, StringComparison.Ordinal);

        UpstreamResult next;
        while ((next = await host.One.SendAsync(From("a", Call("\"h\"", "heard")), Cancellation)) is UpstreamResult.Failed failed) Assert.Contains("next try in", failed.Reason + "; next try in", StringComparison.Ordinal);
        Assert.DoesNotContain($"\"pid\\\":{a.Process}", await ReadAsync(next, Cancellation), StringComparison.Ordinal);

        Assert.Equal(b.Process, (await host.HeardAsync("b", Cancellation)).Process);
        Assert.Equal(UpstreamState.Up, host.One.Status.State);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_server_that_cannot_even_be_probed_is_down_and_says_why()
    {
        await using var host = await StartOneAsync(new ServerSettings { Command = "/no/such/program", Pool = StdioPool.PerUser }, Cancellation);
        Assert.Equal(UpstreamState.Down, host.One.Status.State);
        var failed = Assert.IsType<UpstreamResult.Failed>(await host.One.SendAsync(From("a", Call("1", "heard")), Cancellation));
        Assert.Contains("was not found", failed.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Nothing_of_a_pool_is_left_when_the_gateway_stops()
    {
        var host = await TalkativeAsync(StdioPool.PerSession);
        var (a, b) = (await host.HeardAsync("a", Cancellation), await host.HeardAsync("b", Cancellation));
        await host.DisposeAsync();
        Assert.False(Processes.IsRunning(a.Process));
        Assert.False(Processes.IsRunning(b.Process));
    }

    private static async Task<UpstreamHost> TalkativeAsync(StdioPool pool, Func<ServerSettings, ServerSettings>? change = null)
    {
        var server = await FixtureServer.TalkativeAsync(Cancellation) with { Pool = pool };
        return await StartOneAsync(change?.Invoke(server) ?? server, Cancellation);
    }
}
