using System.Text.Json;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Two hundred clients of both eras and both users at once, on servers that they share, with ids that they all use.</summary>
public sealed class CrowdTests(CrowdTests.Gatehouses gatehouses) : IClassFixture<CrowdTests.Gatehouses>
{
    private const int Clients = 200;
    private const int Calls = 6;

    private static readonly string[] _servers = ["web", "program", "other"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task Each_answer_is_to_its_own_question_and_each_question_is_on_record_once(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var tokens = new List<(string User, string Token)>();
        foreach (var user in new[] { Harness.Alice, Harness.Bob, Harness.Alice, Harness.Bob }) tokens.Add((user, (await gatehouse.SignInAsync(user, Cancellation)).AccessToken));
        var since = TimeProvider.System.GetUtcNow();

        var answered = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => UseAsync(gatehouse, client, tokens[client % tokens.Count].Token)));

        Assert.Equal(Clients * Calls, answered.Sum());
        var rows = await gatehouse.AuditAsync(new AuditQuery { Action = AuditAction.Call, Since = since, Limit = int.MaxValue }, Clients * Calls, Cancellation);
        Assert.Equal(Clients * Calls, rows.Count);
        Assert.All(rows, row => Assert.Equal((AuditOutcome.Ok, "echo"), (row.Outcome, row.Target)));
        Assert.Equal(rows.Count, rows.Select(row => row.RequestId).Distinct().Count());
        Assert.Equal(Nonces().Order(), rows.Select(row => JsonDocument.Parse(row.Arguments!).RootElement.GetProperty("nonce").GetString()!).Order());
        foreach (var (user, _) in tokens) Assert.Equal(Clients * Calls / 2, rows.Count(row => row.User == user));
        var opened = await gatehouse.AuditAsync(new AuditQuery { Action = AuditAction.Initialize, Since = since, Limit = int.MaxValue }, Clients / 2, Cancellation);
        Assert.Equal(Clients / 2, opened.Count);
    }

    /// <summary>Every other client speaks the legacy era; all count their ids from one.</summary>
    private static async Task<int> UseAsync(Harness gatehouse, int client, string token)
    {
        var http = gatehouse.Connect(token);
        IMcp mcp = client % 8 < 4 ? new ModernMcp(http) : http;
        if (mcp is McpOverHttp) await http.InitializeAsync(Cancellation);
        var replies = await Task.WhenAll(Enumerable.Range(0, Calls).Select(async call =>
        {
            var nonce = Nonce(client, call);
            var reply = await mcp.CallAsync($"{_servers[(client + call) % _servers.Length]}__echo", new { nonce, padding = new string('x', client * 20) }, Cancellation);
            Assert.Contains($"\"nonce\":\"{nonce}\"", reply.Text, StringComparison.Ordinal);
            return reply.Message.GetProperty("id").GetInt64();
        }));

        // Ids are the client's own, each once.
        Assert.Equal(Calls, replies.Distinct().Count());
        return replies.Length;
    }

    private static IEnumerable<string> Nonces() => from client in Enumerable.Range(0, Clients) from call in Enumerable.Range(0, Calls) select Nonce(client, call);

    private static string Nonce(int client, int call) => $"client-{client}-call-{call}";

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            var full = new ServerAuditSettings { Arguments = ArgumentRecording.Full };
            return new Dictionary<string, ServerSettings>
            {
                ["web"] = await FixtureOverHttpAsync(cancellationToken) with { Audit = full, Timeout = 120 },
                ["program"] = await FixtureServer.StdioAsync(cancellationToken) with { Audit = full, Timeout = 120 },
                ["other"] = await FixtureServer.StdioAsync(cancellationToken) with { Audit = full, Timeout = 120 },
            };
        }
    }
}
