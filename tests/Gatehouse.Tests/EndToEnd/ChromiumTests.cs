using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>The pages in a real browser: cookies, content security policy and form rules as its makers understand them.</summary>
public sealed class ChromiumTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_client_gets_through_a_real_browser_that_complains_of_nothing()
    {
        var servers = new Dictionary<string, ServerSettings> { ["everything"] = await EverythingServer.StdioAsync(Cancellation) };
        await using var gatehouse = await Harness.StartAsync(Topology.Embedded, postgres, servers, Cancellation);
        await using var browser = await ChromiumBrowser.StartAsync(Harness.Alice);
        await using var door = await BrowserDoor.OpenAsync(browser, Cancellation);
        var journey = await NodeClient.RunAsync(RealClient.TypeScriptSdk1, gatehouse.Mcp(), "everything__echo", """{"message":"hello"}""", door, Cancellation);
        Assert.Equal(["Echo: hello", "Echo: hello"], journey.Calls);
        Assert.Equal(1, door.Visits);
        Assert.Empty(browser.Complaints);
        await gatehouse.AssertNothingIsToldAsync(Cancellation);
    }
}
