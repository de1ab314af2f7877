using System.Text;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class InstructionsTests
{
    [Theory]
    [InlineData("""{"a":{"instructions":"inner"},"instructions":" Hi\u0021 "}""", "Hi!")]
    [InlineData("""{"instructions":"  "}""", null)]
    [InlineData("""{"instructions":1}""", null)]
    [InlineData("""{"instructions":"\ud800"}""", null)]
    [InlineData("{}", null)]
    [InlineData("", null)]
    public void A_servers_words_are_found(string result, string? words) => Assert.Equal(words, Instructions.Of(Encoding.UTF8.GetBytes(result)));

    [Fact]
    public void Each_server_has_a_heading()
    {
        Assert.Equal("First.\n\n## a\nOne.\n\n## b\nTwo.", Instructions.Join("First.", [("a", "One."), ("b", "Two.")]));
        Assert.Equal("## a\nOne.", Instructions.Join(null, [("a", "One.")]));
        Assert.Equal("First.", Instructions.Join("First.", []));
        Assert.Null(Instructions.Join(null, []));
    }

    [Fact]
    public void Too_many_words_are_cut_to_the_same_share_for_each_and_never_through_a_character()
    {
        var joined = Instructions.Join(null, [("a", string.Concat(Enumerable.Repeat("😀", Instructions.MaxLength))), ("b", new string('b', Instructions.MaxLength)), ("c", "Short.")])!;
        Assert.InRange(joined.Length, Instructions.MaxLength / 2, Instructions.MaxLength + 100);
        Assert.EndsWith("…\n\n## c\nShort.", joined, StringComparison.Ordinal);
        Assert.Equal(joined, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(joined)));
        Assert.Equal(2, joined.Count(each => each == '…'));
    }
}
