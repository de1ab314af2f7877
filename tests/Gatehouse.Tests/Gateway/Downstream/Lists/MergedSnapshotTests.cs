using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Microsoft.Extensions.Time.Testing;
using static Gatehouse.Tests.Gateway.Downstream.Lists.ListBench.PlayedUpstream;

namespace Gatehouse.Tests.Gateway.Downstream.Lists;

public sealed class MergedSnapshotTests
{
    private static readonly IReadOnlyList<ListPage> _pages = PagesOf("a");
    private static readonly AggregateView _other = new("other", new VirtualServerSettings { Servers = ["one"] });

    [Fact]
    public void The_same_shares_are_written_once_and_any_other_share_view_or_era_anew()
    {
        var snapshots = new MergedSnapshots(new FakeTimeProvider());
        var named = 0;
        Body(AggregateView.Everything, false, new MergedPart("one", _pages, null));
        Body(AggregateView.Everything, false, new MergedPart("one", _pages, null));
        Assert.Equal(1, named);

        Body(AggregateView.Everything, true, new MergedPart("one", _pages, null));
        Body(_other, false, new MergedPart("one", _pages, null));
        Body(AggregateView.Everything, false, new MergedPart("two", _pages, null));
        Body(AggregateView.Everything, false, new MergedPart("one", PagesOf("a"), null));
        Body(AggregateView.Everything, false, new MergedPart("one", _pages, "is down"));
        Body(AggregateView.Everything, false, new MergedPart("one", _pages, "is down") { IsStale = true });
        Assert.Equal((7, 7), (named, snapshots.Count));

        void Body(AggregateView view, bool isModern, MergedPart part) => snapshots.BodyOf(new SnapshotKey(view, ListKind.Tools, isModern, [part]), _ =>
        {
            named++;
            return new ItemLabels(name => name);
        });
    }

    [Fact]
    public void There_is_no_more_of_them_than_fits()
    {
        var time = new FakeTimeProvider();
        var snapshots = new MergedSnapshots(time) { MaxBytes = 10_000 };
        var named = 0;
        for (var number = 0; number < 1000; number++)
        {
            Body(PagesOf(Number(number)));
            Body(_pages);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(snapshots.Count, 1, 200);
        Assert.Equal(1001, named);

        void Body(IReadOnlyList<ListPage> pages) => snapshots.BodyOf(new SnapshotKey(AggregateView.Everything, ListKind.Tools, false, [new MergedPart("one", pages, null)]), _ =>
        {
            named++;
            return new ItemLabels(name => name);
        });
    }

    [Theory]
    [InlineData(false, ",\"ttlMs\":60000,\"cacheScope\":\"public\"", ",\"ttlMs\":9000,\"cacheScope\":\"public\"", 5000, true)]
    [InlineData(true, ",\"ttlMs\":60000,\"cacheScope\":\"public\"", ",\"ttlMs\":9000,\"cacheScope\":\"public\"", 5000, false)]
    [InlineData(false, ",\"ttlMs\":60000,\"cacheScope\":\"private\"", ",\"ttlMs\":9000,\"cacheScope\":\"public\"", 5000, false)]
    [InlineData(false, ",\"ttlMs\":1000,\"cacheScope\":\"public\"", ",\"ttlMs\":9000,\"cacheScope\":\"public\"", 0, true)]
    [InlineData(false, "", ",\"ttlMs\":9000,\"cacheScope\":\"public\"", 0, false)]
    public void The_whole_holds_as_long_as_what_is_left_of_its_shortest_share_and_is_public_only_if_all_are(bool dependsOnUser, string one, string other, long ttl, bool isPublic)
    {
        var time = new FakeTimeProvider();
        ListAnswer[] answers = [AnswerOf(one), ListAnswer.NotOffered, AnswerOf(other)];
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(new CachingHints(ttl, isPublic), MergedHints.Of(answers, dependsOnUser, time));
        Assert.Equal(new CachingHints(0, false), MergedHints.Of([.. answers, ListAnswer.Nothing("is down")], dependsOnUser, time));

        ListAnswer AnswerOf(string hints) => new KnownList(PagesOf("a", hints), Era.Modern, time.GetTimestamp(), 0).Answer;
    }

    private static IReadOnlyList<ListPage> PagesOf(string name, string hints = "") =>
        [ListPage.Read(Encoding.UTF8.GetBytes($$$"""{"result":{"tools":[{"name":"{{{name}}}"}]{{{hints}}}}}"""), ListKind.Tools)!];
}
