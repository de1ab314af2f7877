using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Upstreams;
using static Gatehouse.Tests.Gateway.Downstream.Lists.ListBench;
using static Gatehouse.Tests.Gateway.Downstream.Lists.ListBench.PlayedUpstream;

namespace Gatehouse.Tests.Gateway.Downstream.Lists;

/// <summary>What a client gets of a server that gives no list just now.</summary>
public sealed class StaleListTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(31);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Failures => new()
    {
        { """{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"broken"}}""", "answered with an error: broken" },
        { "garbage", "gave an answer that cannot be read" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task The_last_list_stands_in_with_the_reason_until_it_is_an_hour_old(string message, string expected)
    {
        await using var bench = new ListBench();
        await bench.AskAsync(Legacy(Ada));
        bench.Upstream.Play = (_, _) => Task.FromResult(Message(message));
        bench.Time.Advance(_soon);
        var stale = await bench.AskAsync(Legacy(Ada));
        Assert.Equal((true, expected, "tool-1"), (stale.IsStale, stale.Problem, NamesOf(stale).Single()));

        bench.Time.Advance(ListTerms.OldestStale - _soon);
        var gone = await bench.AskAsync(Legacy(Ada));
        Assert.Equal((false, expected), (gone.IsStale, gone.Problem));
        Assert.Empty(gone.Pages);
    }

    [Fact]
    public async Task A_server_that_fails_is_left_alone_for_longer_and_longer_and_a_change_ends_that()
    {
        await using var bench = new ListBench();
        bench.Upstream.Play = (_, _) => Task.FromResult(Message("garbage"));
        await bench.AskAsync(Legacy(Ada));
        await bench.AskAsync(Legacy(Ada));
        Assert.Single(bench.Upstream.Seen);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.AskAsync(Legacy(Ada));
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.AskAsync(Legacy(Ada));
        Assert.Equal(2, bench.Upstream.Seen.Count);

        bench.Upstream.Play = (_, _) => Task.FromResult(Tools(["back"]));
        bench.Changes.Publish(new ListChange("one", ChangedList.Tools));
        Assert.Equal(["back"], NamesOf(await bench.AskAsync(Legacy(Ada))));
    }

    [Fact]
    public async Task A_server_that_hangs_is_not_waited_for_beyond_ten_seconds_and_its_answer_is_there_the_next_time()
    {
        await using var bench = new ListBench();
        await bench.AskAsync(Legacy(Ada));
        bench.Time.Advance(_soon);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<UpstreamResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.Play = (_, _) =>
        {
            asked.TrySetResult();
            return answer.Task;
        };
        var waiting = bench.AskAsync(Legacy(Ada));
        await asked.Task.WaitAsync(Cancellation);
        while (!waiting.IsCompleted)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(waiting, Task.Delay(1, Cancellation));
        }

        Assert.Equal((true, "has not answered yet"), ((await waiting).IsStale, (await waiting).Problem));
        answer.SetResult(Tools(["late"]));
        while (NamesOf(await bench.AskAsync(Legacy(Ada))).Single() != "late") Cancellation.ThrowIfCancellationRequested();
        Assert.Equal(2, bench.Upstream.Seen.Count);
    }
}
