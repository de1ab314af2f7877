using System.Text.Json;
using System.Text.RegularExpressions;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>
/// Eight servers at once, six of which nobody here wrote, with about a hundred tools. One is killed, one hangs, one goes mad:
/// the others never notice.
/// </summary>
public sealed partial class ManyServersTests(PostgresServer postgres) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gatehouse-many-servers-").FullName;
    private readonly string _mark = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly (string Tool, object Arguments, string Answer)[] _calls =
    [
        ("everything__echo", new { message = "hello" }, "Echo: hello"),
        ("memory__create_entities", new { entities = new[] { new { name = "Ada", entityType = "person", observations = new[] { "counts" } } } }, "Ada"),
        ("files__list_allowed_directories", new { }, "Allowed directories"),
        ("thinking__sequentialthinking", new { thought = "so", nextThoughtNeeded = false, thoughtNumber = 1, totalThoughts = 1 }, "thoughtHistoryLength"),
        ("browser__browser_tabs", new { action = "list" }, "about:blank"),
        ("errors__search_sentry_tools", new { query = "issues" }, "tool"),
        ("fixture__page_2_tool_10", new { }, "page 2, tool 10"),
        ("mad__fine", new { }, "fine"),
    ];

    [Theory(Timeout = 600_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task The_others_never_notice_what_becomes_of_three_of_them(Topology topology)
    {
        var (program, url) = await FixtureServer.HttpAsync(Cancellation, ("PAGES", "2"));
        await using var fixture = program;
        await using var gatehouse = await Harness.StartAsync(topology, postgres, await ServersAsync(url), Cancellation);
        var mcp = await gatehouse.EnterAsync(Harness.Alice, Speech.Legacy, Cancellation);
        var names = await AllAsync(mcp);
        Assert.InRange(names.Count, 90, 110);
        Assert.All(names, name => Assert.Matches(Accepted(), name));
        foreach (var (tool, arguments, answer) in _calls)
        {
            Assert.Contains(tool, names);
            await AssertAnswersAsync(mcp, tool, arguments, answer);
        }

        var killed = await RunningProgram.FindAsync($"{_mark}-memory", null, Cancellation);
        var hung = await RunningProgram.FindAsync($"{_mark}-files", null, Cancellation);
        await hung.StopAsync(Cancellation);
        try
        {
            await AssertAnswersAsync(mcp, "mad__go-mad", new { }, "mad");
            var waiting = mcp.CallAsync("files__list_allowed_directories", new { }, Cancellation);
            await killed.KillAsync(Cancellation);
            foreach (var (tool, arguments, answer) in _calls.Where(call => !IsOf(call.Tool, "memory", "files", "mad"))) await AssertAnswersAsync(mcp, tool, arguments, answer);

            var mad = await mcp.CallAsync("mad__fine", new { }, Cancellation);
            Assert.DoesNotContain("\"text\":\"fine\"", mad.Body, StringComparison.Ordinal);
            var late = await waiting;
            Assert.Equal((504, -32603), ((int)late.Status, late.Code));
            Assert.Contains("files did not answer in time", late.Body, StringComparison.Ordinal);

            await AssertListAsync(mcp, names);
            await RunningProgram.FindAsync($"{_mark}-memory", killed, Cancellation);
            await UntilAnswersAsync(mcp, "memory__search_nodes", new { query = "Ada" }, "counts");
        }
        finally
        {
            await hung.ContinueAsync(CancellationToken.None);
        }

        await UntilAnswersAsync(mcp, "files__list_allowed_directories", new { }, "Allowed directories");
    }

    /// <summary>What the others have is all there; what is missing is named, with the reason.</summary>
    private static async Task AssertListAsync(IMcp mcp, IReadOnlyList<string> before)
    {
        var list = await mcp.AskAsync("tools/list", new { }, Cancellation);
        Assert.Superset(before.Where(name => !IsOf(name, "memory", "files", "mad")).ToHashSet(), list.Names("tools/list").ToHashSet());
        foreach (var (server, outcome) in Outcomes(list))
        {
            var isWell = outcome.GetProperty("status").GetString() == "ok";
            if (!IsOf($"{server}__", "memory")) Assert.True(isWell != IsOf($"{server}__", "files", "mad"), $"{server}: {outcome}");
            if (!isWell) Assert.NotEqual("", outcome.GetProperty("reason").GetString());
        }
    }

    /// <summary>Some of them take their time to start.</summary>
    private static async Task<IReadOnlyList<string>> AllAsync(IMcp mcp)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (true)
        {
            var list = await mcp.AskAsync("tools/list", new { }, Cancellation);
            if (Outcomes(list).All(outcome => outcome.Outcome.GetProperty("status").GetString() == "ok")) return list.Names("tools/list");
            await ticks.WaitForNextTickAsync(Cancellation);
        }
    }

    private static IEnumerable<(string Server, JsonElement Outcome)> Outcomes(Reply list) =>
        list.Result.GetProperty("_meta").GetProperty("io.gatehouse/upstreams").EnumerateObject().Select(member => (member.Name, member.Value));

    private static async Task AssertAnswersAsync(IMcp mcp, string tool, object arguments, string answer)
    {
        var reply = await mcp.CallAsync(tool, arguments, Cancellation);
        Assert.Contains(answer, reply.Body, StringComparison.OrdinalIgnoreCase);
        Assert.False(reply.Result.TryGetProperty("isError", out var failed) && failed.GetBoolean(), reply.Body);
    }

    private static async Task UntilAnswersAsync(IMcp mcp, string tool, object arguments, string answer)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!(await mcp.CallAsync(tool, arguments, Cancellation)).Body.Contains(answer, StringComparison.Ordinal)) await ticks.WaitForNextTickAsync(Cancellation);
    }

    private static bool IsOf(string tool, params string[] servers) => servers.Any(server => tool.StartsWith($"{server}__", StringComparison.Ordinal));

    private async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(Uri fixture) => new Dictionary<string, ServerSettings>
    {
        ["everything"] = await EverythingServer.StdioAsync(Cancellation),
        ["memory"] = Marked(await EverythingServer.StdioAsync("server-memory", [], Cancellation), "memory", ("MEMORY_FILE_PATH", Path.Combine(_folder, "memory.jsonl"))),
        ["files"] = Marked(await EverythingServer.StdioAsync("server-filesystem", [_folder], Cancellation), "files") with { Timeout = 5, ListTtl = 0 },
        ["thinking"] = await EverythingServer.StdioAsync("server-sequential-thinking", [], Cancellation),
        ["browser"] = await NpmServer.StdioAsync("@playwright/mcp", "cli.js", ["--headless", "--no-sandbox", "--isolated", "--executable-path", ChromiumBrowser.Program], Cancellation),
        ["errors"] = await NpmServer.StdioAsync("@sentry/mcp-server", "dist/index.js", ["--access-token=no-such-token", "--host=127.0.0.1:1"], Cancellation),
        ["fixture"] = new ServerSettings { Url = fixture, Timeout = 60 },
        ["mad"] = await FixtureServer.MisbehavingAsync("goes mad", Cancellation) with { ListTtl = 0 },
    };

    private ServerSettings Marked(ServerSettings server, string name, params (string Name, string Value)[] environment) =>
        server with { Env = environment.Append(("GATEHOUSE_TEST_MARK", $"{_mark}-{name}")).ToDictionary(variable => variable.Item1, variable => variable.Item2) };

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Accepted();
}
