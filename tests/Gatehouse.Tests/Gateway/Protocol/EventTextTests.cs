using System.Text;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class EventTextTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("data: 1\n\ndata: 2\n\n", "data: 1\n\n", "data: 2\n\n")]
    [InlineData("id: 7\r\ndata: 1\r\n\r\n: quiet\r\rdata: 2\n\n", "id: 7\r\ndata: 1\r\n\r\n", ": quiet\r\r", "data: 2\n\n")]
    [InlineData("data: 1\n\ndata: cut", "data: 1\n\n", "data: cut")]
    [InlineData("\n\ndata: 1\n\n", "\n", "\n", "data: 1\n\n")]
    public async Task Events_come_off_a_stream_whole_however_it_is_cut(string stream, params string[] events)
    {
        for (var size = 1; size <= stream.Length; size++)
        {
            using var pieces = new Pieces(Encoding.UTF8.GetBytes(stream), size);
            using var reader = new EventReader(pieces, 1024 * 1024);
            var read = new List<string>();
            while (await reader.NextAsync(Cancellation) is { IsEmpty: false } whole) read.Add(Encoding.UTF8.GetString(whole.Span));
            Assert.Equal(events, read);
        }
    }

    [Fact]
    public async Task An_event_may_be_larger_than_any_buffer_that_it_starts_with()
    {
        var large = $"data: {new string('x', 200_000)}\n\n";
        using var pieces = new Pieces(Encoding.UTF8.GetBytes($"data: 1\n\n{large}data: 2\n\n"), 3000);
        using var reader = new EventReader(pieces, 1024 * 1024);
        await reader.NextAsync(Cancellation);
        Assert.Equal(large, Encoding.UTF8.GetString((await reader.NextAsync(Cancellation)).Span));
    }

    [Theory]
    [InlineData("data: {\"a\":1}\n\n", "{\"a\":1}", "")]
    [InlineData("event: message\r\nid: 5\r\ndata:{\r\ndata: }\r\n\r\n", "{\n}", "5")]
    [InlineData("id: 1\nid: 2\ndata\n\n", "", "2")]
    [InlineData("dataset: 1\nidea: 2\n\n", "", "")]
    public void Data_and_id_are_read_as_browsers_do(string whole, string data, string id)
    {
        Assert.Equal(data, Encoding.UTF8.GetString(EventText.DataOf(Encoding.UTF8.GetBytes(whole))));
        Assert.Equal(id, Encoding.UTF8.GetString(EventText.IdOf(Encoding.UTF8.GetBytes(whole))));
    }

    [Theory]
    [InlineData("event: message\ndata: 1\n\n", "event: message\ndata: 1\n\n")]
    [InlineData("id: 9\nevent: message\nretry: 5\ndata: 1\n\n", "event: message\ndata: 1\n\n")]
    [InlineData("id: 9\r\ndata: 1\r\n\r\n", "data: 1\r\n\r\n")]
    [InlineData("id: 9\nretry: 1000\ndata: \n\n", "")]
    [InlineData(": quiet\n\n", "")]
    public void An_event_without_what_belongs_to_its_old_stream(string whole, string bare) =>
        Assert.Equal(bare, Encoding.UTF8.GetString(EventText.Bare(Encoding.UTF8.GetBytes(whole)).Span));

    [Theory]
    [InlineData("data: 1\n\n", true)]
    [InlineData("data: 1\r\n\r\n", true)]
    [InlineData("data: 1\r\r", true)]
    [InlineData("data: 1\r\n\n", true)]
    [InlineData("data: 1\n", false)]
    [InlineData("data: 1\r\n", false)]
    [InlineData("data: 1\r", false)]
    [InlineData("data: 1", false)]
    [InlineData("", false)]
    public void An_event_is_whole_with_its_blank_line(string bytes, bool isWhole) =>
        Assert.Equal(isWhole, EventText.IsWhole(Encoding.UTF8.GetBytes(bytes)));

    [Fact]
    public void A_message_with_line_breaks_is_carried_on_one_line() =>
        Assert.Equal("event: message\ndata: { \"a\":  1 }\n\n", Encoding.UTF8.GetString(EventText.Carry("{\n\"a\":\r\n1 }"u8)));

    /// <summary>Gives so many bytes at a time and no more.</summary>
    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
