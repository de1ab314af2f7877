using System.Text;
using System.Text.Json;
using CsCheck;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class SpliceTests
{
    [Fact]
    public void A_rename_changes_the_name_and_not_one_other_byte() => RandomMessages.Message.Sample(json =>
    {
        var body = Encoding.UTF8.GetBytes(json);
        if (!EnvelopeScanner.TryScan(body, out var message, out _) || message.Name is not { } name) return;
        var renamed = Splice.Rename(message, "search \"x\" ✓");
        Assert.Equal("search \"x\" ✓", renamed.NameValue);
        Assert.Equal(body[..name.Start], renamed.Body[..name.Start].ToArray());
        Assert.Equal(body[name.End..], renamed.Body[^(body.Length - name.End)..].ToArray());
    });

    [Theory]
    [InlineData("""{"name":"t"}""", """{"arguments":{"user":"me"},"name":"t"}""")]
    [InlineData("""{"name":"t","arguments":{}}""", """{"name":"t","arguments":{"user":"me"}}""")]
    [InlineData("""{"name":"t","arguments":{ "a" : 1e3 }}""", """{"name":"t","arguments":{"user":"me", "a" : 1e3 }}""")]
    [InlineData("""{"name":"t","arguments":{"user":"you","a":1}}""", """{"name":"t","arguments":{"user":"me","a":1}}""")]
    [InlineData("""{"name":"t","arguments":{"us\u0065r":{"x":[1]},"a":1}}""", """{"name":"t","arguments":{"us\u0065r":"me","a":1}}""")]
    [InlineData("""{"name":"t","arguments":{"user":"you","user":"they"}}""", """{"name":"t","arguments":{"user":"me","user":"me"}}""")]
    [InlineData("""{"name":"t","arguments":{"a":{"user":"deep"}}}""", """{"name":"t","arguments":{"user":"me","a":{"user":"deep"}}}""")]
    [InlineData("""{"name":"t","arguments":null}""", """{"name":"t","arguments":{"user":"me"}}""")]
    [InlineData("""{"name":"t","arguments":[1]}""", """{"name":"t","arguments":[1]}""")]
    [InlineData("""{"name":"t","arguments":{"User":"you"}}""", """{"name":"t","arguments":{"user":"me","User":"me"}}""")]
    [InlineData("""{"name":"t","arguments":{"uſer":1,"\u0055SER":[],"user":2}}""", """{"name":"t","arguments":{"uſer":"me","\u0055SER":"me","user":"me"}}""")]
    [InlineData("""{"name":"t","arguments":{"\ud800":1}}""", """{"name":"t","arguments":{"user":"me","\ud800":1}}""")]
    public void A_forced_argument_is_ours_whatever_the_caller_wrote(string given, string expected) =>
        Assert.Equal(Call(expected), Text(ArgumentSplice.Set(Scan(Call(given)), "user", "me", force: true)));

    [Theory]
    [InlineData("""{"name":"t","arguments":{"user":"you"}}""", """{"name":"t","arguments":{"user":"you"}}""")]
    [InlineData("""{"name":"t","arguments":{"a":1}}""", """{"name":"t","arguments":{"user":"me","a":1}}""")]
    [InlineData("""{"name":"t","arguments":{"User":"you"}}""", """{"name":"t","arguments":{"user":"me","User":"you"}}""")]
    public void An_added_argument_gives_way(string given, string expected) =>
        Assert.Equal(Call(expected), Text(ArgumentSplice.Set(Scan(Call(given)), "user", "me", force: false)));

    [Fact]
    public void A_value_cannot_break_out_of_its_string()
    {
        var message = ArgumentSplice.Set(Scan(Call("""{"name":"t"}""")), "user", "\",\"admin\":true,\"x\":\"", force: true);
        using var document = JsonDocument.Parse(message.Body);
        var argument = Assert.Single(document.RootElement.GetProperty("params").GetProperty("arguments").EnumerateObject());
        Assert.Equal("\",\"admin\":true,\"x\":\"", argument.Value.GetString());
    }

    private static string Call(string parameters) => $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{parameters}}}""";

    private static Envelope Scan(string json) => EnvelopeScanner.TryScan(Encoding.UTF8.GetBytes(json), out var envelope, out var fault) ? envelope : throw new InvalidOperationException(fault.Message);

    private static string Text(Envelope message) => Encoding.UTF8.GetString(message.Body.Span);
}
