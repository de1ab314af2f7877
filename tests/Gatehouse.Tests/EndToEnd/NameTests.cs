using System.Text.RegularExpressions;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Whatever servers call their tools and prompts, on <c>/mcp</c> every client can take the names, at any time.</summary>
public sealed partial class NameTests(PostgresServer postgres)
{
    private static readonly string[] _odd = ["größe.lesen", "with space/and slash", "いろは", "looks_0123abcd", string.Concat(Enumerable.Repeat("very_long_", 7))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, Speech> Ways => [.. from topology in Enum.GetValues<Topology>() from speech in Enum.GetValues<Speech>() select (topology, speech)];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Ways))]
    public async Task A_name_that_clients_would_not_take_becomes_one_that_works_right_after_a_restart_too(Topology topology, Speech speech)
    {
        var servers = new Dictionary<string, ServerSettings>
        {
            ["first-server_of-the-longest-name"] = await FixtureServer.StdioAsync(Cancellation, ("ODD", "1")),
            ["second"] = await FixtureServer.StdioAsync(Cancellation, ("ODD", "1"), ("PAGES", "1")),
        };
        await using var gatehouse = await Harness.StartAsync(topology, postgres, servers, Cancellation);
        var before = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation);
        var (tools, prompts) = (await before.NamesAsync("tools/list", Cancellation), await before.NamesAsync("prompts/list", Cancellation));
        Assert.All(tools.Concat(prompts), name => Assert.Matches(Accepted(), name));
        Assert.Equal(tools.Count, tools.Distinct(StringComparer.Ordinal).Count());
        Assert.Contains("second__echo", tools);
        Assert.Contains("second__page_1_tool_7", tools);
        Assert.DoesNotContain(_odd, odd => tools.Contains($"second__{odd}"));
        Assert.Equal(2 * _odd.Length, tools.Count(IsHashed));

        await gatehouse.RestartAsync(Cancellation);
        var after = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation);
        foreach (var server in servers.Keys)
        {
            var said = new List<string>();
            foreach (var tool in tools.Where(tool => IsHashed(tool) && tool.StartsWith(server, StringComparison.Ordinal))) said.Add((await after.CallAsync(tool, new { }, Cancellation)).Text);
            foreach (var prompt in prompts.Where(prompt => IsHashed(prompt) && prompt.StartsWith(server, StringComparison.Ordinal)))
            {
                var got = await after.AskAsync("prompts/get", new { name = prompt }, Cancellation);
                said.Add(got.Result.GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString()!);
            }

            Assert.Equal([.. _odd, .. _odd], said);
        }

        Assert.Equal(tools, await after.NamesAsync("tools/list", Cancellation));
        Assert.Equal(prompts, await after.NamesAsync("prompts/list", Cancellation));
        foreach (var unknown in new[] { "second__looks_0123abcd", "second___00000000", "third__x_0123abcd" })
        {
            var reply = await after.CallAsync(unknown, new { }, Cancellation);
            Assert.Equal((200, -32602), ((int)reply.Status, reply.Code));
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Speech.Legacy)]
    [InlineData(Speech.Modern)]
    public async Task A_hashed_name_of_a_server_that_is_down_is_no_unknown_tool(Speech speech)
    {
        var servers = new Dictionary<string, ServerSettings> { ["nobody"] = new() { Url = new Uri($"http://127.0.0.1:{Ports.Free()}/mcp") } };
        await using var gatehouse = await Harness.StartAsync(Topology.Embedded, postgres, servers, Cancellation);
        var mcp = await gatehouse.EnterAsync(Harness.Alice, speech, Cancellation);
        var reply = await mcp.CallAsync("nobody__x_0123abcd", new { }, Cancellation);
        Assert.Equal((502, -32603), ((int)reply.Status, reply.Code));
    }

    private static bool IsHashed(string name) => Hashed().IsMatch(name);

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Accepted();

    [GeneratedRegex("_[0-9a-f]{8}$")]
    private static partial Regex Hashed();
}
