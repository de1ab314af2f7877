using Gatehouse.Gateway.Upstreams.Stdio;

namespace Gatehouse.Tests.Gateway.Upstreams;

public sealed class ResourceSubscriptionsTests
{
    private readonly ResourceSubscriptions _subscriptions = new();

    [Theory]
    [InlineData("file:///a/b.txt", "file:///a/b.txt", true)]
    [InlineData("file:///a", "file:///a/b.txt", true)]
    [InlineData("file:///a/", "file:///a/b.txt", true)]
    [InlineData("file:///a/b", "file:///a/b.txt", false)]
    [InlineData("file:///a/b.txt", "file:///a", false)]
    [InlineData("file:///A", "file:///a/b.txt", false)]
    public void News_of_a_part_are_news_of_the_whole(string subscribed, string updated, bool hears)
    {
        _subscriptions.Add("one", subscribed);
        Assert.Equal(hears ? ["one"] : [], _subscriptions.SessionsOf(updated));
    }

    [Fact]
    public void The_last_one_to_leave_is_known_as_such()
    {
        _subscriptions.Add("one", "a:b");
        _subscriptions.Add("one", "a:b");
        _subscriptions.Add("two", "a:b");
        Assert.False(_subscriptions.Remove("one", "a:b"));
        Assert.False(_subscriptions.Remove("one", "a:b"));
        Assert.True(_subscriptions.Remove("two", "a:b"));
        Assert.False(_subscriptions.Any);
    }

    [Fact]
    public void A_session_that_leaves_takes_its_own_along()
    {
        _subscriptions.Add("one", "a:b");
        _subscriptions.Add("one", "a:c");
        _subscriptions.Add("two", "a:b");
        Assert.Equal(["a:c"], _subscriptions.Remove("one"));
        Assert.Equal(["a:b"], _subscriptions.Resources);
        Assert.Empty(_subscriptions.Remove("one"));
    }

    [Fact]
    public void Nobody_may_have_more_than_so_many()
    {
        for (var number = 0; number < ResourceSubscriptions.MostOfOneSession; number++) _subscriptions.Add("one", $"a:{number}");
        Assert.False(_subscriptions.HasRoom("one"));
        Assert.True(_subscriptions.HasRoom("two"));
        for (var session = 0; session < 19; session++)
        {
            for (var number = 0; number < ResourceSubscriptions.MostOfOneSession; number++) _subscriptions.Add($"other-{session}", $"a:{number}");
        }

        Assert.False(_subscriptions.HasRoom("two"));
    }
}
