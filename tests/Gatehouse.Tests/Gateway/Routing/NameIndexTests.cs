using System.Globalization;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;

namespace Gatehouse.Tests.Gateway.Routing;

public sealed class NameIndexTests
{
    private readonly NameIndex _index = IndexOf(64);

    [Theory]
    [InlineData("search")]
    [InlineData("a__b")]
    [InlineData("_x-Y9")]
    [InlineData("page_12")]
    [InlineData("report_0123abcX")]
    [InlineData("x_0123456789abcdef")]
    public void A_name_that_every_client_takes_stands_as_it_is_behind_its_servers(string name)
    {
        Assert.Equal($"wiki__{name}", Expose("wiki", name)[name]);
        Assert.False(HashedName.Looks(name));
    }

    [Theory]
    [InlineData("größe.lesen", "wiki__gr_e_lesen_891f6a98")]
    [InlineData("..", "wiki___")]
    [InlineData("", "wiki___")]
    [InlineData("looks_0123abcd", "wiki__looks_0123abcd_")]
    public void Any_other_becomes_what_can_be_read_of_it_and_a_hash_that_is_the_same_everywhere(string name, string begins)
    {
        var exposed = Expose("wiki", name)[name];
        Assert.StartsWith(begins, exposed, StringComparison.Ordinal);
        Assert.Matches("^wiki__[A-Za-z0-9_-]*_[0-9a-f]{8}$", exposed);
        Assert.Equal(exposed, IndexOf(64).Expose("wiki", ListKind.Tools, ["another", name])[name]);
        Assert.Equal(name, _index.Find(ListKind.Tools, exposed));
        Assert.True(ExposedName.TryParse(exposed, out var parsed));
        Assert.Equal("wiki", parsed.Value.Server);
        Assert.True(HashedName.Looks(parsed.Value.Name));
    }

    [Fact]
    public void A_long_name_is_cut_to_the_length_that_is_set()
    {
        var server = new string('s', 32);
        foreach (var length in new[] { 48, 64, 128 })
        {
            var fits = new string('n', length - server.Length - 2);
            var names = IndexOf(length).Expose(server, ListKind.Tools, [fits, $"{fits}n"]);
            Assert.Equal($"{server}__{fits}", names[fits]);
            Assert.Equal(length, names[$"{fits}n"].Length);
        }
    }

    [Fact]
    public void The_same_name_of_two_servers_has_two_hashes() =>
        Assert.NotEqual(Expose("one", "größe")["größe"][^8..], Expose("two", "größe")["größe"][^8..]);

    [Fact]
    public void Two_names_with_one_hash_are_told_apart_whatever_the_order_of_the_list()
    {
        var (first, second) = Twins();
        var one = IndexOf(48).Expose("s", ListKind.Tools, [first, second]);
        var other = IndexOf(48).Expose("s", ListKind.Tools, [second, first]);
        Assert.NotEqual(one[first], one[second]);
        Assert.Equal(one[first], other[first]);
        Assert.Equal(one[second], other[second]);
    }

    [Fact]
    public void A_prompt_and_a_tool_may_have_one_name()
    {
        var exposed = Expose("wiki", "größe")["größe"];
        Assert.Null(_index.Find(ListKind.Prompts, exposed));
        _index.Expose("wiki", ListKind.Prompts, ["größe"]);
        Assert.Equal("größe", _index.Find(ListKind.Prompts, exposed));
    }

    /// <summary>Two names that begin alike and have the same 32 bits of hash: among a few hundred thousand there are some.</summary>
    private static (string First, string Second) Twins()
    {
        var begin = new string('x', 48);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var number = 0; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{begin}{number}");
            var hashed = HashedName.Of("s", name, 48, 0);
            if (seen.TryGetValue(hashed, out var twin)) return (twin, name);
            seen[hashed] = name;
        }
    }

    private IReadOnlyDictionary<string, string> Expose(string server, string name) => _index.Expose(server, ListKind.Tools, [name]);

    private static NameIndex IndexOf(int maxLength) => new(new GatehouseSettings
    {
        PublicUrl = new Uri("http://localhost:8080"),
        Identity = new IdentitySettings { Provider = IdentityProvider.Development },
        Aggregate = new AggregateSettings { MaxNameLength = maxLength },
    });
}
