using Gatehouse.Core.Configuration;
using Gatehouse.Tests.EndToEnd;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Memory;

/// <summary>Clients that open a session, use it, and are never heard of again.</summary>
[Collection(nameof(Alone))]
public sealed class AbandonedSessionTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Both topologies at once, for it takes a minute until the buffers that nobody needs any more are given back.</summary>
    [Fact(Timeout = 300_000)]
    public async Task After_a_thousand_of_them_the_memory_is_what_it_was()
    {
        var (everything, url) = await EverythingServer.HttpAsync(0, Cancellation);
        await using var running = everything;
        var servers = new Dictionary<string, ServerSettings> { ["everything"] = new() { Url = url }, ["program"] = await FixtureServer.StdioAsync(Cancellation) };
        var clock = new SettableClock();
        await using var embedded = await Harness.StartAsync(Topology.Embedded, postgres, servers, Cancellation, Configure, clock);
        await using var split = await Harness.StartAsync(Topology.Split, postgres, servers, Cancellation, Configure, clock);
        await AbandonAsync([embedded, split], clock);
        var before = await LeastAsync(TimeSpan.FromSeconds(6), 0);

        await AbandonAsync([embedded, split], clock);
        Assert.InRange(await LeastAsync(TimeSpan.FromSeconds(100), before * 11 / 10), 0, before * 11 / 10);
    }

    /// <summary>That a stream is abandoned is found out a little later.</summary>
    private static GatehouseSettings Configure(GatehouseSettings settings) => settings with { Limits = settings.Limits with { StreamsPerUser = 2000 } };

    /// <summary>The least memory that is in use within a time: buffers are given back one by one.</summary>
    /// <param name="enough">At this there is no need to go on.</param>
    private static async Task<long> LeastAsync(TimeSpan within, long enough)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var began = TimeProvider.System.GetTimestamp();
        var least = long.MaxValue;
        while (least > enough && TimeProvider.System.GetElapsedTime(began) < within)
        {
            least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true));
            await ticks.WaitForNextTickAsync(Cancellation);
        }

        return least;
    }

    /// <summary>A thousand at each, long ago. A few come after them: what is old is forgotten when there is something new.</summary>
    private static async Task AbandonAsync(Harness[] gatehouses, SettableClock clock)
    {
        foreach (var gatehouse in gatehouses) await AbandonAsync(gatehouse, 1000);
        clock.PutForward(TimeSpan.FromMinutes(31));
        foreach (var gatehouse in gatehouses) await AbandonAsync(gatehouse, 20);
    }

    private static async Task AbandonAsync(Harness gatehouse, int count)
    {
        var mcp = gatehouse.Connect((await gatehouse.SignInAsync(Harness.Alice, Cancellation)).AccessToken);
        for (var number = 0; number < count; number++)
        {
            mcp.SessionId = null;
            await mcp.InitializeAsync(new { sampling = new { }, roots = new { listChanged = true } }, Cancellation);
            using var stream = await mcp.RequestAsync(HttpMethod.Get, null, Cancellation);
            Assert.Equal(200, (int)stream.StatusCode);
            Assert.EndsWith("hello", (await mcp.CallAsync("everything__echo", new { message = "hello" }, Cancellation)).Text, StringComparison.Ordinal);
        }
    }
}
