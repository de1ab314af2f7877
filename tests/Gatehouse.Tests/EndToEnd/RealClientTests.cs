using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Clients that nobody here wrote register, sign in, list, call, meet a 401, refresh and call again.</summary>
public sealed class RealClientTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, RealClient> Everybody =>
        [.. from topology in Enum.GetValues<Topology>() from client in Enum.GetValues<RealClient>() select (topology, client)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Everybody))]
    public async Task A_client_goes_the_whole_way(Topology topology, RealClient client)
    {
        var servers = new Dictionary<string, ServerSettings>
        {
            ["everything"] = await EverythingServer.StdioAsync(Cancellation),
            ["fixture"] = await FixtureServer.StdioAsync(Cancellation),
        };
        await using var gatehouse = await Harness.StartAsync(topology, postgres, servers, Cancellation);
        using var browser = new FakeBrowser(Harness.Alice);
        var journey = await RunAsync(client, gatehouse.Mcp(), browser);

        Assert.Contains("everything__echo", journey.Tools);
        Assert.Contains("fixture__slow", journey.Tools);
        Assert.Equal(["Echo: hello", "Echo: hello"], journey.Calls);
        Assert.True(journey.AccessTokenIsNew);
        Assert.True(journey.RefreshTokenIsNew);

        var calls = await gatehouse.AuditAsync(new AuditQuery { Action = AuditAction.Call }, 2, Cancellation);
        Assert.Equal(2, calls.Count);
        Assert.All(calls, call => Assert.Equal((Harness.Alice, "everything", "echo", AuditOutcome.Ok), (call.User, call.Server, call.Target, call.Outcome)));
        Assert.All(calls, call => Assert.Equal("""{"message":7}""", call.Arguments));
        await gatehouse.AssertNothingIsToldAsync(Cancellation);
    }

    private static async Task<ClientJourney> RunAsync(RealClient client, Uri url, FakeBrowser browser)
    {
        const string Tool = "everything__echo";
        const string Arguments = """{"message":"hello"}""";
        if (client == RealClient.CSharpSdk) return await CSharpClient.RunAsync(url, Tool, Arguments, browser, Cancellation);
        await using var door = await BrowserDoor.OpenAsync(browser, Cancellation);
        return await NodeClient.RunAsync(client, url, Tool, Arguments, door, Cancellation);
    }
}
