using Gatehouse.Gateway.Routing;

namespace Gatehouse.Tests.Gateway.Routing;

public sealed class RoutingTests
{
    [Theory]
    [InlineData("wiki__search", "wiki", "search")]
    [InlineData("wiki__a__b", "wiki", "a__b")]
    [InlineData("wiki____x", "wiki", "__x")]
    [InlineData("wiki___x", "wiki", "_x")]
    [InlineData("my-wiki_2__search", "my-wiki_2", "search")]
    public void The_first_separator_ends_the_servers_name(string exposed, string server, string name)
    {
        Assert.True(ExposedName.TryParse(exposed, out var parsed));
        Assert.Equal(new ExposedName(server, name), parsed);
        Assert.Equal(exposed, parsed.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("search")]
    [InlineData("__search")]
    [InlineData("wiki__")]
    [InlineData("wiki_search")]
    public void A_name_without_a_server_is_none(string? exposed) => Assert.False(ExposedName.TryParse(exposed, out _));

    [Fact]
    public void A_resource_belongs_to_whoever_lists_it_then_to_the_longest_template_then_to_anybody()
    {
        var index = new ResourceIndex();
        string[] servers = ["one", "two", "three"];
        Assert.Equal([new("one", false), new("two", false), new("three", false)], index.Candidates("file:///a", servers));

        index.LearnTemplates("two", ["file:///{path}"]);
        index.LearnTemplates("three", ["file:///docs/{path}", "{anything}"]);
        Assert.Equal([new("three", true), new("two", true), new("one", false)], index.Candidates("file:///docs/x", servers));

        index.Learn("one", ["file:///docs/x"]);
        Assert.Equal("one", index.Candidates("file:///docs/x", servers)[0].Server);
        Assert.Equal("three", index.Candidates("file:///docs/{path}", servers)[0].Server);

        index.Learn("one", []);
        Assert.Equal("three", index.Candidates("file:///docs/x", servers)[0].Server);
    }

    [Fact]
    public void A_server_that_the_caller_may_not_use_is_no_candidate()
    {
        var index = new ResourceIndex();
        index.Learn("hidden", ["file:///a"]);
        Assert.Equal([new("open", false)], index.Candidates("file:///a", ["open"]));
    }
}
