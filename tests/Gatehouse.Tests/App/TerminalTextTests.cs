using Gatehouse.App.Hosting;

namespace Gatehouse.Tests.App;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("Claude Code", "Claude Code")]
    [InlineData("Jürgen 日本 🚪", "Jürgen 日本 🚪")]
    [InlineData("\e[31mred", "\ufffd[31mred")]
    [InlineData("a\tb\r\nc", "a\ufffdb\ufffd\ufffdc")]
    [InlineData("user\u202egnp.exe", "user\ufffdgnp.exe")]
    [InlineData("\u009b31m\u200b", "\ufffd31m\ufffd")]
    public void What_is_not_plain_is_replaced(string text, string expected) => Assert.Equal(expected, TerminalText.Clean(text));

    [Fact]
    public void Half_a_surrogate_is_replaced()
    {
        Assert.Equal("\ufffd", TerminalText.Clean("\ud83d"));
        Assert.Equal("\ufffdx", TerminalText.Clean("\udeaax"));
    }

    [Fact]
    public void Json_keeps_its_meaning() => Assert.Equal("""{"a":"\u202eb 🚪"}""", TerminalText.CleanJson("{\"a\":\"\u202eb 🚪\"}"));
}
