using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What an administrator finds afterwards: who did what, with which client, at which server, and how it ended.</summary>
public sealed class TrailTests(PostgresServer postgres)
{
    private const string Client = "the client on record";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task Each_step_from_registration_to_the_last_call_is_on_record(Topology topology)
    {
        await using var gatehouse = await Harness.StartAsync(topology, postgres, await ServersAsync(), Cancellation);
        var tokens = await gatehouse.SignInAsync(Harness.Alice, Cancellation, Client);
        await UseAsync(gatehouse.Connect(tokens.AccessToken));
        var rows = await gatehouse.AuditAsync(new AuditQuery(), 13, Cancellation);

        Assert.Equal(
            [
                (AuditAction.Register, null, "127.0.0.1", AuditOutcome.Ok),
                (AuditAction.SignIn, null, null, AuditOutcome.Ok),
                (AuditAction.Consent, null, gatehouse.Mcp().OriginalString, AuditOutcome.Ok),
                (AuditAction.IssueToken, null, gatehouse.Mcp().OriginalString, AuditOutcome.Ok),
                (AuditAction.Initialize, null, "initialize", AuditOutcome.Ok),
                (AuditAction.List, null, "tools/list", AuditOutcome.Ok),
                (AuditAction.Call, "brief", "echo", AuditOutcome.Ok),
                (AuditAction.Call, "wordy", "echo", AuditOutcome.Ok),
                (AuditAction.Call, "wordy", "hidden", AuditOutcome.Refused),
                (AuditAction.Call, null, "nowhere__echo", AuditOutcome.Refused),
                (AuditAction.Get, "brief", "greet", AuditOutcome.Ok),
                (AuditAction.Read, "brief", "fixture://greeting", AuditOutcome.Ok),
                (AuditAction.Complete, "brief", "greet", AuditOutcome.Ok),
            ],
            rows.Select(row => (row.Action, row.Server, row.Target, row.Outcome)));
        Assert.All(rows.Where(row => row.Action != AuditAction.Register), row => Assert.Equal(Harness.Alice, row.User));
        Assert.All(rows.Where(row => row.Action != AuditAction.SignIn), row => Assert.Equal((tokens.Client.ClientId, Client), (row.ClientId, row.ClientName)));
        Assert.All(rows, row => Assert.Equal(row.Outcome is AuditOutcome.Ok, row.Reason is null));
        Assert.All(rows, row => Assert.False(string.IsNullOrEmpty(row.RequestId)));
        var used = rows.Where(row => row.Action >= AuditAction.Initialize).ToList();
        Assert.All(used, row => Assert.True(row is { RequestBytes: > 0, ResponseBytes: > 0 } && row.Duration > TimeSpan.Zero, row.ToString()));
        Assert.Equal(used.Count, used.Select(row => row.RequestId).Distinct().Count());
        Assert.Single(rows.Select(row => row.Subject).OfType<string>().Distinct());

        Assert.Equal("""{"message":7,"password":9,"nested":20}""", rows[6].Arguments);
        Assert.Equal("""{"message":"hello","password":"[masked]","nested":{"apiKey":"[masked]"}}""", rows[7].Arguments);
        await gatehouse.AssertNothingIsToldAsync(Cancellation);
    }

    private static async Task UseAsync(McpOverHttp mcp)
    {
        await mcp.InitializeAsync(Cancellation);
        await mcp.AskAsync("tools/list", new { }, Cancellation);
        var arguments = new { message = "hello", password = "hunter2", nested = new { apiKey = "geheim!" } };
        await mcp.CallAsync("brief__echo", arguments, Cancellation);
        await mcp.CallAsync("wordy__echo", arguments, Cancellation);
        await mcp.CallAsync("wordy__hidden", new { }, Cancellation);
        await mcp.CallAsync("nowhere__echo", new { }, Cancellation);
        await mcp.AskAsync("prompts/get", new { name = "brief__greet", arguments = new { language = "finnish" } }, Cancellation);
        await mcp.AskAsync("resources/read", new { uri = "fixture://greeting" }, Cancellation);
        await mcp.AskAsync("completion/complete", new { @ref = new { type = "ref/prompt", name = "brief__greet" }, argument = new { name = "language", value = "e" } }, Cancellation);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_refusal_of_the_user_and_of_the_token_endpoint_is_on_record(Topology topology)
    {
        await using var gatehouse = await Harness.StartAsync(topology, postgres, new Dictionary<string, ServerSettings>(), Cancellation);
        var client = await OAuthClient.RegisterAsync(gatehouse.Http, gatehouse.Endpoints, Client, Cancellation);
        using var browser = new FakeBrowser(Harness.Alice, "deny");
        await browser.AuthorizeAsync(client.AuthorizationUrl("a-verifier-that-nobody-will-ever-use-here-1", "state", gatehouse.Mcp().OriginalString), Cancellation);
        using var redeemed = await client.PostCodeAsync("no-such-code", "a-verifier-that-nobody-will-ever-use-here-1", Cancellation);
        Assert.Equal(400, (int)redeemed.StatusCode);
        Assert.Contains("\"invalid_grant\"", await redeemed.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        var refused = await gatehouse.AuditAsync(new AuditQuery { Outcome = AuditOutcome.Refused }, 2, Cancellation);
        Assert.Contains(refused, row => row.Action is AuditAction.Consent && row.User == Harness.Alice && row.ClientName == Client && row.Reason is "the user denied it");
        var token = Assert.Single(refused, row => row.Action is AuditAction.IssueToken);
        Assert.Equal((client.ClientId, Client), (token.ClientId, token.ClientName));
        Assert.StartsWith("invalid_", token.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("no-such-code", token.ToString(), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync()
    {
        var fixture = await FixtureServer.StdioAsync(Cancellation);
        return new Dictionary<string, ServerSettings>
        {
            ["brief"] = fixture,
            ["wordy"] = fixture with { ExcludedTools = ["hidden"], Audit = new ServerAuditSettings { Arguments = ArgumentRecording.Full } },
        };
    }
}
