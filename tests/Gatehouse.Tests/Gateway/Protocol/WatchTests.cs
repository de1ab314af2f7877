using System.Text;
using CsCheck;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class WatchTests
{
    public static TheoryData<string, bool, bool> Messages => new()
    {
        { """{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""", true, false },
        { """{"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true}}""", true, true },
        { """{"jsonrpc":"2.0","id":1,"result":{ "isError" : true , "content":[]}}""", true, true },
        { """{"jsonrpc":"2.0","id":1,"result":{"isError":false,"note":"true"}}""", true, false },
        { """{"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"isError":true}}}""", true, false },
        { """{"result":{"text":"\"isError\":true,\"error\""},"id":1}""", true, false },
        { """{"result":{"a":[1,{"b":"]}"}],"isError":true}}""", true, true },
        { """{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"x"}}""", true, true },
        { """{"jsonrpc":"2.0","method":"notifications/message","params":{"result":1,"error":2,"isError":true}}""", false, false },
        { """{"method":"error","params":"result"}""", false, false },
        { """{"id":"error","result":{}}""", true, false },
        { """{"id":1,"result":{},"error":null}""", true, false },
        { """{"id":1,"error": null ,"result":{"isError":true}}""", true, true },
        { """{"id":1,"error":"odd"}""", true, true },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void However_a_message_is_cut_the_same_is_seen(string message, bool isAnswer, bool isFailure) => Cuts(message).Sample(parts =>
    {
        var watch = new AnswerWatch();
        foreach (var part in parts) watch.Feed(part);
        Assert.Equal((isAnswer, isFailure), (watch.IsAnswer, watch.IsFailure));
    });

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void However_a_stream_is_cut_and_its_lines_end_the_same_is_seen(string line)
    {
        var stream = string.Join(line, ": comment with data: in it", "event: message", "id: 7", """data: {"method":"notifications/progress",""", """data: "params":{}}""", "", ": quiet", "", """data:{"id":1,"result":{"isError":true}}""", "", "");
        Cuts(stream).Sample(parts =>
        {
            var watch = new EventStreamWatch();
            foreach (var part in parts) watch.Feed(part);
            Assert.Equal((true, true, 2), (watch.IsAnswered, watch.IsFailure, watch.Events));
        });
    }

    [Theory]
    [InlineData("\uFEFFdata: {\"result\":{}}\n\n", true)]
    [InlineData("\uFEFF\uFEFFdata: {\"result\":{}}\n\n", false)]
    [InlineData("\n\uFEFFdata: {\"result\":{}}\n\n", false)]
    public void One_byte_order_mark_may_stand_before_the_first_event(string stream, bool isAnswered) => Cuts(stream).Sample(parts =>
    {
        var watch = new EventStreamWatch();
        foreach (var part in parts) watch.Feed(part);
        Assert.Equal(isAnswered, watch.IsAnswered);
    });

    [Fact]
    public void A_stream_without_an_answer_is_not_answered()
    {
        var watch = new EventStreamWatch();
        watch.Feed("id: 1\ndata: \n\ndata: {\"method\":\"x\"}\n\ndata: {\"result\":{}}"u8);
        Assert.False(watch.IsAnswered);
    }

    private static Gen<byte[][]> Cuts(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Gen.Int[0, bytes.Length].Array[0, 6].Select(cuts =>
        {
            int[] edges = [0, .. cuts.Order(), bytes.Length];
            return edges.Zip(edges.Skip(1), (from, to) => bytes[from..to]).ToArray();
        });
    }
}
