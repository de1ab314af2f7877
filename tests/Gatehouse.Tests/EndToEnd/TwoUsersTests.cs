using System.Globalization;
using System.Net;
using System.Text.Json;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What the whole gateway stands or falls with: nobody ever acts, or is answered, as somebody else.</summary>
public sealed class TwoUsersTests(TwoUsersTests.Gatehouses gatehouses) : IClassFixture<TwoUsersTests.Gatehouses>
{
    private const int Calls = 200;
    private const string Header = "X-User";
    private const string Mallory = "mallory@example.com";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, Speech, string> Ways =>
        [.. from topology in Enum.GetValues<Topology>() from speech in Enum.GetValues<Speech>() from server in new[] { "web", "program" } select (topology, speech, server)];

    /// <summary>Every other pair of calls tries to pass for a third person, in the argument and in the header.</summary>
    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task Of_200_interleaved_calls_each_belongs_to_its_caller(Topology topology, Speech speech, string server)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var since = TimeProvider.System.GetUtcNow();
        IMcp[] callers =
        [
            await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation, clientName: "the client of alice@example.com"),
            await gatehouse.EnterAsync(Harness.Bob, speech, Cancellation, clientName: "the client of bob@example.com"),
        ];

        var replies = await Task.WhenAll(Enumerable.Range(0, Calls).Select(number => CallAsync(callers[number % 2], server, number)));

        Assert.True(replies.All(reply => reply.Status is HttpStatusCode.OK), string.Join('\n', gatehouse.Logs.Entries.Where(entry => entry.StartsWith("Warning", StringComparison.Ordinal))));
        for (var number = 0; number < Calls; number++)
        {
            var user = UserOf(number);
            using var said = JsonDocument.Parse(replies[number].Text);
            var arguments = said.RootElement.GetProperty("arguments");
            Assert.Equal(MarkOf(number), arguments.GetProperty("mark").GetString());
            Assert.Equal(user, arguments.GetProperty("user").GetString());
            if (server != "web") continue;
            var headers = said.RootElement.GetProperty("headers");
            Assert.Equal(user, headers.GetProperty("x-user").GetString());
            Assert.False(headers.TryGetProperty("authorization", out _));
        }

        foreach (var first in new[] { 0, 1 }) await AssertRecordedAsync(gatehouse, server, since, first);
    }

    private static async Task AssertRecordedAsync(Harness gatehouse, string server, DateTimeOffset since, int first)
    {
        var user = UserOf(first);
        var query = new AuditQuery { User = user, Server = server, Action = AuditAction.Call, Since = since, Limit = 10 * Calls };
        var rows = await gatehouse.AuditAsync(query, Calls / 2, Cancellation);
        Assert.Equal(
            Enumerable.Range(0, Calls).Where(number => number % 2 == first).Select(MarkOf).Order(StringComparer.Ordinal),
            rows.Select(row => JsonDocument.Parse(row.Arguments!).RootElement.GetProperty("mark").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal((AuditOutcome.Ok, "echo", $"the client of {user}"), (row.Outcome, row.Target, row.ClientName)));
    }

    private static Task<Reply> CallAsync(IMcp caller, string server, int number)
    {
        var arguments = new Dictionary<string, string> { ["mark"] = MarkOf(number) };
        if (number / 2 % 2 == 0) return caller.CallAsync($"{server}__echo", arguments, Cancellation);
        arguments["user"] = Mallory;
        return caller.CallAsync($"{server}__echo", arguments, Cancellation, (Header, Mallory));
    }

    private static string UserOf(int number) => number % 2 == 0 ? Harness.Alice : Harness.Bob;

    private static string MarkOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{number} of {UserOf(number)}");

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            var full = new ServerAuditSettings { Arguments = ArgumentRecording.Full };
            return new Dictionary<string, ServerSettings>
            {
                ["web"] = await FixtureOverHttpAsync(cancellationToken) with { ForwardUser = new ForwardUserSettings { Header = Header, Argument = "user" }, Audit = full },
                ["program"] = await FixtureServer.StdioAsync(cancellationToken) with { ForwardUser = new ForwardUserSettings { Argument = "user" }, Audit = full },
            };
        }
    }
}
