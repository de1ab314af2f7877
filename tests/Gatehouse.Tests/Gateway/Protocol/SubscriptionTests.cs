using System.Text;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class SubscriptionTests
{
    [Theory]
    [InlineData("""{"method":"m"}""", """{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"}},"method":"m"}""")]
    [InlineData("""{"method":"m","params":{ }}""", """{"method":"m","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"} }}""")]
    [InlineData("""{"params":{"a":1.0e2}}""", """{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"},"a":1.0e2}}""")]
    [InlineData("""{"params":{"_meta":{"x":1}}}""", """{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1","x":1}}}""")]
    [InlineData("""{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1,"x":1}}}""", """{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1","x":1}}}""")]
    [InlineData("""{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"}}}""", """{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"}}}""")]
    public void A_notification_bears_the_id_that_it_is_given_and_keeps_every_other_byte(string message, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        Assert.True(SubscriptionMessage.TryRead(bytes, out var read));
        Assert.Equal(expected, Encoding.UTF8.GetString(read.Stamp(bytes, "\"1\""u8).Span));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("""{"method":"\ud800"}""")]
    public void What_is_no_message_is_none(string message) => Assert.False(SubscriptionMessage.TryRead(Encoding.UTF8.GetBytes(message), out _));

    [Fact]
    public void A_filter_is_read_and_written_without_what_nobody_knows()
    {
        const string Known = """{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["a","b"],"taskIds":["t"]}}""";
        var filter = ListenFilter.Read("""{"notifications":{"toolsListChanged":true,"promptsListChanged":false,"resourcesListChanged":"yes","resourceSubscriptions":["a",1,"b","a"],"taskIds":["t"],"other":true}}"""u8.ToArray())!;
        Assert.Equal(Known, Write(filter));
        Assert.Equal(Known, Write(filter.And(filter)));
        Assert.Equal(Known, Write(filter.Or(ListenFilter.Nothing)));
        Assert.True(filter.And(ListenFilter.Nothing).IsEmpty);
        Assert.Equal("""{"notifications":{"resourceSubscriptions":["b"]}}""", Write(filter.And(new ListenFilter { Prompts = true, ResourceSubscriptions = ["c", "b"] })));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"notifications":[]}""")]
    [InlineData("""{"notifications":{"taskIds":["\ud800"]}}""")]
    public void No_filter_is_none(string parameters) => Assert.Null(ListenFilter.Read(Encoding.UTF8.GetBytes(parameters)));

    private static string Write(ListenFilter filter)
    {
        using var buffer = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            filter.Write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
