using Gatehouse.Core.Configuration;
using Gatehouse.Tests.EndToEnd;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Memory;

/// <summary>Clients that open a session, use it, and are never heard of again.</summary>
[Collection(nameof(Alone))]
public sealed class AbandonedSessionTests(AbandonedSessionTests.Gatehouses gatehouses) : IClassFixture<AbandonedSessionTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 240_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task After_a_thousand_of_them_the_memory_is_what_it_was(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var mcp = gatehouse.Connect((await gatehouse.SignInAsync(Harness.Alice, Cancellation)).AccessToken);
        await AbandonAsync(mcp, 300);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await AbandonAsync(mcp, 1000);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, before * 1.1);
        GC.KeepAlive(gatehouse);
    }

    private static async Task AbandonAsync(McpOverHttp mcp, int count)
    {
        for (var number = 0; number < count; number++)
        {
            mcp.SessionId = null;
            await mcp.InitializeAsync(new { sampling = new { }, roots = new { listChanged = true } }, Cancellation);
            using var stream = await mcp.RequestAsync(HttpMethod.Get, null, Cancellation);
            Assert.Equal(200, (int)stream.StatusCode);
            Assert.Equal("hello", (await mcp.CallAsync("everything__echo", new { message = "hello" }, Cancellation)).Text[^5..]);
        }
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) => new Dictionary<string, ServerSettings>
        {
            ["everything"] = await EverythingOverHttpAsync(cancellationToken),
            ["program"] = await FixtureServer.StdioAsync(cancellationToken),
        };

        // Streams that were abandoned are found out about a little later.
        protected override GatehouseSettings Configure(GatehouseSettings settings) => settings with { Limits = settings.Limits with { StreamsPerUser = 2000 } };
    }
}
