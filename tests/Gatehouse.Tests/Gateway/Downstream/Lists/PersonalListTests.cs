using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using static Gatehouse.Tests.Gateway.Downstream.Lists.ListBench;
using static Gatehouse.Tests.Gateway.Downstream.Lists.ListBench.PlayedUpstream;

namespace Gatehouse.Tests.Gateway.Downstream.Lists;

/// <summary>The attacks first: getting to see what was listed for somebody else.</summary>
public sealed class PersonalListTests
{
    private const string Private = ",\"ttlMs\":60000,\"cacheScope\":\"private\"";

    private static readonly ServerSettings _told = new() { Url = new Uri("http://localhost:1/mcp"), ForwardUser = new ForwardUserSettings { Header = "X-User" } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Scopes => [Private, ",\"ttlMs\":60000", ",\"ttlMs\":60000,\"cacheScope\":\"everybody\""];

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task A_private_list_is_shown_to_nobody_else_not_even_to_who_waited_for_the_same_answer(string scope)
    {
        await using var bench = new ListBench();
        var first = new TaskCompletionSource<UpstreamResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.Play = (request, number) => number == 1 ? first.Task : Task.FromResult(Tools([$"of {request.Caller.Subject}"], scope));
        var ada = bench.AskAsync(Modern(Ada));
        var bob = bench.AskAsync(Modern(Bob));
        first.SetResult(Tools(["whose?"], scope));

        Assert.Equal(["of sub-ada"], NamesOf(await ada));
        Assert.Equal(["of sub-bob"], NamesOf(await bob));
        Assert.Equal(["of sub-bob"], NamesOf(await bench.AskAsync(Modern(Bob))));
        Assert.Equal(["of sub-ada"], NamesOf(await bench.AskAsync(Modern(Ada))));
        Assert.Equal(3, bench.Upstream.Seen.Count);
    }

    [Fact]
    public async Task The_first_pages_of_a_private_list_that_broke_off_are_shown_to_nobody_else()
    {
        await using var bench = new ListBench();
        bench.Upstream.Play = (request, number) => Task.FromResult(number % 2 == 1
            ? Tools([$"of {request.Caller.Subject}"], Private + ",\"nextCursor\":\"2\"")
            : new UpstreamResult.Failed(UpstreamFailure.Unreachable, "gone"));
        var ada = bench.AskAsync(Modern(Ada));
        var bob = bench.AskAsync(Modern(Bob));
        Assert.DoesNotContain("of sub-ada", NamesOf(await bob));
        Assert.DoesNotContain("of sub-ada", NamesOf(await bench.AskAsync(Modern(Bob))));
        Assert.Equal("cannot be reached: gone", (await ada).Problem);
    }

    [Theory]
    [InlineData(",\"cacheScope\":\"public\",\"ttlMs\":60000")]
    [InlineData("")]
    public async Task A_server_that_is_told_who_asks_is_asked_for_each_user_whatever_it_says(string hints)
    {
        await using var bench = new ListBench(_told);
        bench.Upstream.Play = (request, _) => Task.FromResult(Tools([$"of {request.Caller.Subject}"], hints));
        foreach (var asker in new[] { Legacy(Ada), Legacy(Bob), Legacy(Ada), Legacy(Bob) })
        {
            Assert.Equal([$"of {asker.Caller.Subject}"], NamesOf(await bench.AskAsync(asker)));
        }

        Assert.Equal(2, bench.Upstream.Seen.Count);
        var sessions = bench.Upstream.Seen.Select(request => Assert.IsType<SessionBinding.Managed>(request.Session).Key);
        Assert.Equal(2, sessions.Distinct().Count());
    }

    [Fact]
    public async Task A_program_of_each_users_own_is_asked_for_each_and_one_of_each_sessions_own_in_that_session()
    {
        var program = new ServerSettings { Command = "program", Pool = StdioPool.PerUser };
        await using var perUser = new ListBench(program);
        foreach (var caller in new[] { Ada, Bob, Ada, Bob }) await perUser.AskAsync(Legacy(caller));
        Assert.Equal([Ada, Bob], perUser.Upstream.Seen.Select(request => request.Caller));

        await using var perSession = new ListBench(program with { Pool = StdioPool.PerSession });
        foreach (var session in new[] { "one", "two", "one" }) await perSession.AskAsync(Legacy(Ada, session: session));
        Assert.Equal(["one", "two", "one"], perSession.Upstream.Seen.Select(request => Assert.IsType<SessionBinding.Managed>(request.Session).Key));
    }

    [Fact]
    public async Task Who_inherits_an_address_or_a_subject_does_not_inherit_the_list()
    {
        await using var bench = new ListBench(_told);
        bench.Upstream.Play = (request, _) => Task.FromResult(Tools([$"of {request.Caller.Subject} {request.Caller.Email}"]));
        await bench.AskAsync(Legacy(Ada));
        Assert.Equal(["of sub-bob ada@example.com"], NamesOf(await bench.AskAsync(Legacy(Bob with { Email = Ada.Email }))));
        Assert.Equal(["of sub-ada bob@example.com"], NamesOf(await bench.AskAsync(Legacy(Ada with { Email = Bob.Email }))));
    }

    [Fact]
    public async Task A_server_that_is_down_leaves_each_user_their_own_old_list_and_a_newcomer_none()
    {
        await using var bench = new ListBench(_told);
        bench.Upstream.Play = (request, _) => Task.FromResult(Tools([$"of {request.Caller.Subject}"]));
        await bench.AskAsync(Legacy(Ada));
        var (ada, bob) = (bench.Cache.Recall(Legacy(Ada), bench.Upstream, ListKind.Tools, "is down"), bench.Cache.Recall(Legacy(Bob), bench.Upstream, ListKind.Tools, "is down"));
        Assert.Equal((true, "of sub-ada"), (ada.IsStale, NamesOf(ada).Single()));
        Assert.Equal((false, "is down"), (bob.IsStale, bob.Problem));
        Assert.Empty(bob.Pages);
    }

    [Fact]
    public async Task A_list_that_became_public_is_shared_again()
    {
        await using var bench = new ListBench();
        var hints = Private;
        bench.Upstream.Play = (_, number) => Task.FromResult(Tools([Number(number)], hints));
        await bench.AskAsync(Modern(Ada));
        hints = ",\"ttlMs\":60000,\"cacheScope\":\"public\"";
        bench.Changes.Publish(new ListChange("one", ChangedList.Tools));
        await bench.AskAsync(Modern(Ada));
        var shared = NamesOf(await bench.AskAsync(Modern(Ada))).Single();
        Assert.Equal(shared, NamesOf(await bench.AskAsync(Modern(Bob))).Single());
        Assert.False(Cancellation.IsCancellationRequested);
    }
}
