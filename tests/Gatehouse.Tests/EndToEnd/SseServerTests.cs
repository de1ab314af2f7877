using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>A server of the transport of 2024-11-05 behind the gateway: clients speak to it as to any other.</summary>
public abstract class SseServerTests(Topology topology, SseServerTests.Gatehouses gatehouses) : IClassFixture<SseServerTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string?, string> Ways => new()
    {
        { null, "named__" },
        { null, "found__" },
        { "named", "" },
        { "found", "" },
    };

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task It_is_listed_called_and_shows_progress(string? endpoint, string prefix)
    {
        var mcp = await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Legacy, Cancellation, endpoint);
        Assert.Contains($"{prefix}echo", await mcp.NamesAsync("tools/list", Cancellation));
        Assert.Equal("Echo: hello", (await mcp.CallAsync($"{prefix}echo", new { message = "hello" }, Cancellation)).Text);
        var reply = await mcp.AskAsync(
            "tools/call", new { name = $"{prefix}trigger-long-running-operation", arguments = new { duration = 0.2, steps = 2 }, _meta = new { progressToken = "my-token" } }, Cancellation);
        Assert.Equal(2, reply.Before.Count);
        Assert.Equal(mcp.LastId, reply.Message.GetProperty("id").GetInt64());
    }

    [Fact(Timeout = 120_000)]
    public async Task Two_users_at_once_get_their_own_answers()
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var (alice, bob) = (await gatehouse.EnterAsync(Harness.Alice, Speech.Legacy, Cancellation, "named"), await gatehouse.EnterAsync(Harness.Bob, Speech.Legacy, Cancellation, "named"));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            Assert.Equal($"Echo: alice {i}", (await alice.CallAsync("echo", new { message = $"alice {i}" }, Cancellation)).Text);
            Assert.Equal($"Echo: bob {i}", (await bob.CallAsync("echo", new { message = $"bob {i}" }, Cancellation)).Text);
        }));
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            var url = await EverythingOverSseAsync(cancellationToken);
            return new Dictionary<string, ServerSettings>
            {
                ["named"] = new() { Url = url, TransportType = ServerTransport.Sse, Timeout = 30 },
                ["found"] = new() { Url = url, Timeout = 30 },
            };
        }
    }
}

public sealed class EmbeddedSseServerTests(SseServerTests.Gatehouses gatehouses) : SseServerTests(Topology.Embedded, gatehouses);

public sealed class SplitSseServerTests(SseServerTests.Gatehouses gatehouses) : SseServerTests(Topology.Split, gatehouses);
