using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using static Gatehouse.Tests.Gateway.Downstream.Lists.ListBench;
using static Gatehouse.Tests.Gateway.Downstream.Lists.ListBench.PlayedUpstream;

namespace Gatehouse.Tests.Gateway.Downstream.Lists;

/// <summary>How often an upstream is asked for its list, and what is given while it is not.</summary>
public sealed class ListCacheTests
{
    private const string Public = ",\"ttlMs\":60000,\"cacheScope\":\"public\"";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_lists_are_one_request()
    {
        await using var bench = new ListBench();
        Assert.Equal(["tool-1"], NamesOf(await bench.AskAsync(Legacy(Ada))));
        Assert.Equal(["tool-1"], NamesOf(await bench.AskAsync(Legacy(Bob))));
        Assert.Single(bench.Upstream.Seen);
    }

    [Fact]
    public async Task A_thousand_concurrent_lists_are_one_request_and_the_first_clients_giving_up_ends_it_for_nobody()
    {
        await using var bench = new ListBench();
        var answer = new TaskCompletionSource<UpstreamResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.Play = (_, _) => answer.Task;
        using var impatient = new CancellationTokenSource();
        var first = bench.Cache.AskAsync(Modern(Ada), bench.Upstream, ListKind.Tools, impatient.Token);
        var others = Enumerable.Range(0, 1000).Select(number => bench.AskAsync(Modern(CallerOf(PlayedUpstream.Number(number))))).ToList();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        answer.SetResult(Tools(["found"], Public));

        Assert.All(await Task.WhenAll(others), each => Assert.Equal(["found"], NamesOf(each)));
        Assert.Single(bench.Upstream.Seen);
    }

    [Theory]
    [InlineData(null, ",\"ttlMs\":5000,\"cacheScope\":\"public\"", 5)]
    [InlineData(null, "", 30)]
    [InlineData(60, "", 60)]
    [InlineData(60, ",\"ttlMs\":0,\"cacheScope\":\"public\"", 60)]
    [InlineData(2, ",\"ttlMs\":5000,\"cacheScope\":\"public\"", 5)]
    public async Task A_list_is_good_for_as_long_as_the_server_says_or_the_configuration(int? configured, string hints, int seconds)
    {
        await using var bench = new ListBench(new ServerSettings { Url = new Uri("http://localhost:1/mcp"), ListTtl = configured });
        bench.Upstream.Play = (_, number) => Task.FromResult(Tools([Number(number)], hints));
        var asker = Legacy(Ada);
        await bench.AskAsync(asker);
        bench.Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["tool-1"], NamesOf(await bench.AskAsync(asker)));
        bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["tool-2"], NamesOf(await bench.AskAsync(asker)));
    }

    [Fact]
    public async Task A_list_with_no_time_to_live_is_asked_for_each_time_and_no_answer_is_older_than_its_question()
    {
        await using var bench = new ListBench();
        var asker = Modern(Ada);
        bench.Upstream.Play = (_, number) => Task.FromResult(Tools([Number(number)], ",\"ttlMs\":0,\"cacheScope\":\"public\""));
        await bench.AskAsync(asker);
        Assert.Equal(["tool-2"], NamesOf(await bench.AskAsync(asker)));

        var third = new TaskCompletionSource<UpstreamResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.Play = (_, number) =>
        {
            asked.TrySetResult();
            return number == 3 ? third.Task : Task.FromResult(Tools([Number(number)], ",\"ttlMs\":0,\"cacheScope\":\"public\""));
        };
        var early = bench.AskAsync(asker);
        await asked.Task.WaitAsync(Cancellation);
        var late = Enumerable.Range(0, 100).Select(_ => bench.AskAsync(asker)).ToList();
        third.SetResult(Tools(["third"], ",\"ttlMs\":0,\"cacheScope\":\"public\""));

        Assert.Equal(["third"], NamesOf(await early));
        Assert.All(await Task.WhenAll(late), answer => Assert.Equal(["tool-4"], NamesOf(answer)));
        Assert.Equal(4, bench.Upstream.Seen.Count);
    }

    [Fact]
    public async Task Never_kept_means_asked_each_time_in_the_clients_own_name_and_session()
    {
        await using var bench = new ListBench(new ServerSettings { Url = new Uri("http://localhost:1/mcp"), ListTtl = 0 });
        await bench.AskAsync(Modern(Ada));
        await bench.AskAsync(Modern(Bob));
        await bench.AskAsync(Legacy(Bob));
        Assert.Equal([Ada, Bob, Bob], bench.Upstream.Seen.Select(request => request.Caller));
        Assert.Contains("of sub-ada", Encoding.UTF8.GetString(bench.Upstream.Seen[0].Message!.Body.Span), StringComparison.Ordinal);
        Assert.Equal("the client's session", Assert.IsType<SessionBinding.Managed>(bench.Upstream.Seen[2].Session).Key);
        Assert.Equal(0, bench.Cache.Count);
    }

    [Fact]
    public async Task What_is_kept_is_asked_in_the_gateways_name_with_what_the_client_can_do_and_nothing_else_of_it()
    {
        await using var bench = new ListBench();
        bench.Upstream.Play = (_, number) => Task.FromResult(Tools([Number(number)], Public));
        await bench.AskAsync(Modern(Ada, """{"sampling":{}}"""));
        await bench.AskAsync(Legacy(Ada, """{"roots":{}}""", "2025-06-18"));
        var modern = Encoding.UTF8.GetString(bench.Upstream.Seen[0].Message!.Body.Span);
        Assert.Contains("""
            "io.modelcontextprotocol/clientCapabilities":{"sampling":{}}
            """, modern, StringComparison.Ordinal);
        Assert.Contains("gatehouse", modern, StringComparison.Ordinal);
        Assert.DoesNotContain("sub-ada", modern, StringComparison.Ordinal);
        Assert.Empty(bench.Upstream.Seen[0].Headers);
        var session = Assert.IsType<SessionBinding.Managed>(bench.Upstream.Seen[1].Session);
        Assert.Equal(("2025-06-18", """{"roots":{}}"""), (session.ProtocolVersion, Encoding.UTF8.GetString(session.Capabilities.Span)));
        Assert.NotEqual("the client's session", session.Key);
    }

    [Fact]
    public async Task Clients_that_can_do_different_things_have_different_lists()
    {
        await using var bench = new ListBench();
        bench.Upstream.Play = (_, number) => Task.FromResult(Tools([Number(number)], Public));
        string[] seen =
        [
            .. NamesOf(await bench.AskAsync(Modern(Ada))), .. NamesOf(await bench.AskAsync(Modern(Ada, """{"sampling":{}}"""))),
            .. NamesOf(await bench.AskAsync(Legacy(Ada))), .. NamesOf(await bench.AskAsync(Legacy(Ada, """{"roots":{}}"""))), .. NamesOf(await bench.AskAsync(Legacy(Ada, version: "2025-06-18"))),
        ];
        Assert.Equal(5, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_change_is_asked_for_at_once_and_only_where_it_was()
    {
        await using var bench = new ListBench();
        bench.Upstream.Status = bench.Upstream.Status with { Announced = UpstreamFeatures.ToolsListChanged };
        await bench.AskAsync(Legacy(Ada));
        bench.Time.Advance(TimeSpan.FromMinutes(3));
        bench.Changes.Publish(new ListChange("one", ChangedList.Prompts));
        bench.Changes.Publish(new ListChange("two", ChangedList.Tools));
        bench.Changes.Publish(new ListChange("one", ChangedList.Tools, "a session of its own"));
        Assert.Equal(["tool-1"], NamesOf(await bench.AskAsync(Legacy(Ada))));
        bench.Changes.Publish(new ListChange("one", ChangedList.Tools));
        Assert.Equal(["tool-2"], NamesOf(await bench.AskAsync(Legacy(Ada))));

        bench.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["tool-3"], NamesOf(await bench.AskAsync(Legacy(Ada))));
    }

    [Fact]
    public async Task A_change_while_the_list_is_asked_for_makes_that_answer_old_news()
    {
        await using var bench = new ListBench();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<UpstreamResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.Play = (_, number) =>
        {
            asked.TrySetResult();
            return number == 1 ? answer.Task : Task.FromResult(Tools([Number(number)]));
        };
        var before = bench.AskAsync(Legacy(Ada));
        await asked.Task.WaitAsync(Cancellation);
        bench.Changes.Publish(new ListChange("one", ChangedList.Tools));
        var after = bench.AskAsync(Legacy(Ada));
        answer.SetResult(Tools(["old"]));
        Assert.Equal(["old"], NamesOf(await before));
        Assert.Equal(["tool-2"], NamesOf(await after));
        Assert.Equal(["tool-2"], NamesOf(await bench.AskAsync(Legacy(Ada))));
    }

    [Fact]
    public async Task A_list_in_use_is_asked_for_anew_before_it_is_too_old_and_nobody_waits_for_that()
    {
        await using var bench = new ListBench();
        await bench.RefreshAsync();
        await bench.AskAsync(Legacy(Ada));
        bench.Time.Advance(TimeSpan.FromSeconds(28));
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.Play = (_, number) =>
        {
            again.TrySetResult();
            return Task.FromResult(Tools([Number(number)]));
        };
        Assert.Equal(["tool-1"], NamesOf(await bench.AskAsync(Legacy(Ada))));
        await again.Task.WaitAsync(Cancellation);
        while (NamesOf(await bench.AskAsync(Legacy(Ada))).Single() != "tool-2") Cancellation.ThrowIfCancellationRequested();
        Assert.Equal(2, bench.Upstream.Seen.Count);
    }

    [Fact]
    public async Task What_nobody_wants_is_not_asked_for()
    {
        await using var bench = new ListBench();
        await bench.RefreshAsync();
        await bench.AskAsync(Legacy(Ada));
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Single(bench.Upstream.Seen);
    }

    [Fact]
    public async Task Every_page_is_asked_for_and_the_shortest_promise_counts()
    {
        await using var bench = new ListBench();
        bench.Upstream.Play = (request, number) => Task.FromResult(number switch
        {
            1 => Tools(["a"], ",\"nextCursor\":\"\",\"ttlMs\":60000,\"cacheScope\":\"public\""),
            2 => Tools(["b"], ",\"nextCursor\":\"x\",\"ttlMs\":3000,\"cacheScope\":\"public\""),
            _ => Tools([Encoding.UTF8.GetString(request.Message!.Body.Span).Contains("\"cursor\":\"x\"", StringComparison.Ordinal) ? "c" : "d"], Public),
        });
        Assert.Equal(["a", "b", "c"], NamesOf(await bench.AskAsync(Modern(Ada))));
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(["d"], NamesOf(await bench.AskAsync(Modern(Ada))));
    }

    [Fact]
    public async Task A_tool_that_no_client_could_call_is_left_out_and_that_is_said_once()
    {
        await using var bench = new ListBench(new ServerSettings { Url = new Uri("http://localhost:1/mcp"), ListTtl = 0 });
        bench.Upstream.Play = (_, _) => Task.FromResult(Message(
            """{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"good"},{"name":"bad","inputSchema":{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}},{"name":"better"}]}}"""));
        Assert.Equal(["good", "better"], NamesOf(await bench.AskAsync(Modern(Ada))));
        Assert.Equal(["good", "better"], NamesOf(await bench.AskAsync(Modern(Ada))));
        Assert.Equal("one's tool bad is not listed: x-mcp-header A stands on a parameter that is no string, integer or boolean", Assert.Single(bench.Log.Lines));
    }

    [Fact]
    public async Task The_least_used_go_first_when_there_are_too_many_or_too_large_ones()
    {
        await using var many = new ListBench(make: (changes, settings, collector, refresher, time) => new ListCache(settings, changes, collector, refresher, time) { MaxEntries = 10 });
        for (var number = 0; number < 100; number++)
        {
            await many.AskAsync(Legacy(Ada, $$"""{"n":{{number}}}"""));
            await many.AskAsync(Legacy(Ada, """{"n":"kept"}"""));
            many.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(many.Cache.Count, 1, 10);
        Assert.Equal(101, many.Upstream.Seen.Count);

        await using var large = new ListBench(make: (changes, settings, collector, refresher, time) => new ListCache(settings, changes, collector, refresher, time) { MaxBytes = 10_000 });
        large.Upstream.Play = (_, _) => Task.FromResult(Tools([new string('x', 4_000)]));
        for (var number = 0; number < 10; number++) await large.AskAsync(Legacy(Ada, $$"""{"n":{{number}}}"""));
        Assert.InRange(large.Cache.Count, 1, 3);
    }
}
