using System.Text;
using Gatehouse.Bench;
using Gatehouse.Bench.Driving;

namespace Gatehouse.Tests.Bench;

public sealed class HttpAnswerTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\ndate: x\r\ncontent-length:5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")]
    public void An_answer_is_whole_with_its_last_byte_and_not_before(string answer)
    {
        var received = Encoding.ASCII.GetBytes(answer);
        var body = new byte[64];
        for (var length = 0; length < received.Length; length++) Assert.False(HttpAnswer.IsWhole(received.AsSpan(0, length), body, out _));
        Assert.True(HttpAnswer.IsWhole(received, body, out var bodyLength));
        Assert.Equal("hello", Encoding.ASCII.GetString(body, 0, bodyLength));
        Assert.Equal(200, HttpAnswer.Status(received));
    }

    [Fact]
    public void The_end_of_a_session_needs_no_body()
    {
        Assert.True(HttpAnswer.IsWhole("HTTP/1.1 204 No Content\r\n\r\n"u8, new byte[8], out var bodyLength));
        Assert.Equal(0, bodyLength);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nmcp-session-id: abc\r\n\r\n", "abc")]
    [InlineData("HTTP/1.1 200 OK\r\nDate: x\r\nMcp-Session-Id:abc\r\n\r\n", "abc")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nmcp-session-id: body\r\n", null)]
    public void The_session_is_read_from_the_head_alone(string answer, string? session) =>
        Assert.Equal(session, HttpAnswer.Session(Encoding.ASCII.GetBytes(answer)));

    [Fact]
    public void An_answer_without_a_length_ends_the_measurement() =>
        Assert.Throws<BenchException>(() => HttpAnswer.IsWhole("HTTP/1.1 200 OK\r\n\r\n"u8, new byte[8], out _));
}
