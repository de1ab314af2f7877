using Gatehouse.Gateway.Upstreams.Stdio;

namespace Gatehouse.Tests.Gateway.Upstreams;

public sealed class ChildUseTests
{
    [Fact]
    public void An_idle_child_is_closed_once_so_that_its_place_is_given_once()
    {
        var use = new ChildUse(TimeProvider.System);
        Assert.True(use.TryClose());
        Assert.False(use.TryClose());
        Assert.False(use.TryEnter());
    }

    [Fact]
    public void A_child_in_use_is_not_closed()
    {
        var use = new ChildUse(TimeProvider.System);
        Assert.True(use.TryEnter());
        Assert.True(use.TryEnter());
        use.Leave();
        Assert.False(use.TryClose());
        use.Leave();
        Assert.True(use.TryClose());
    }
}
