using System.Collections.Frozen;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Policy;
using Gatehouse.Tests.Configuration;

namespace Gatehouse.Tests.Gateway.Policy;

public sealed class AccessPolicyTests
{
    private static readonly AccessPolicy _policy = new(Reading.Settings(Reading.WithServers(
        """
        {
          "open": { "command": "x" },
          "staff": { "command": "x", "requiredGroups": ["staff", "admins"], "excludedTools": ["delete_*", "*secret*", "exact"] },
          "off": { "command": "x", "enabled": false }
        }
        """)));

    [Theory]
    [InlineData("open", "", true)]
    [InlineData("staff", "", false)]
    [InlineData("staff", "Staff", false)]
    [InlineData("staff", "staff", true)]
    [InlineData("staff", "others,admins", true)]
    [InlineData("off", "staff", false)]
    [InlineData("unknown", "staff", false)]
    [InlineData("OPEN", "", false)]
    public void A_server_is_open_to_the_groups_it_names_and_what_nobody_named_is_closed(string server, string groups, bool allowed) =>
        Assert.Equal(allowed, _policy.Allows(Somebody(groups), server));

    [Theory]
    [InlineData("read", true)]
    [InlineData("delete_page", false)]
    [InlineData("undelete_page", true)]
    [InlineData("my_secret_tool", false)]
    [InlineData("exact", false)]
    [InlineData("exactly", true)]
    [InlineData("Exact", true)]
    public void An_excluded_tool_is_denied_by_name_or_pattern(string tool, bool allowed) =>
        Assert.Equal(allowed, _policy.Decide(Somebody("staff"), "staff", tool) is Verdict.Allowed);

    [Fact]
    public void A_tool_of_a_hidden_server_is_denied_for_the_servers_reason() =>
        Assert.Equal(_policy.Decide(Somebody(""), "staff"), _policy.Decide(Somebody(""), "staff", "read"));

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*a", "aa", true)]
    [InlineData("a*b*c", "a__b__c", true)]
    [InlineData("a*b*c", "a__c__b", false)]
    [InlineData("**", "x", true)]
    [InlineData("a.c", "abc", false)]
    [InlineData("*b*b*", "b", false)]
    public void A_star_stands_for_any_run_and_nothing_else_is_special(string pattern, string name, bool matches) =>
        Assert.Equal(matches, new NamePattern(pattern).Matches(name));

    private static Caller Somebody(string groups) => new(
        "subject", "somebody@example.com", null, groups.Split(',', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(), "client", null,
        FrozenSet<string>.Empty, DateTimeOffset.MaxValue);
}
