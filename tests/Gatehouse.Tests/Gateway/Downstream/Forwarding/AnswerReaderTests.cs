using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Tests.Gateway.Downstream.Forwarding;

public sealed class AnswerReaderTests
{
    private const int Limit = 1 << 20;

    [Theory]
    [InlineData(UpstreamContent.Json, "")]
    [InlineData(UpstreamContent.EventStream, "")]
    [InlineData(UpstreamContent.EventStream, "data: ")]
    internal async Task An_answer_without_end_is_read_no_further_than_the_limit(UpstreamContent content, string start)
    {
        using var endless = new Endless(start);
        await Assert.ThrowsAsync<AnswerTooLargeException>(() =>
            AnswerReader.ReadAsync(new UpstreamResult.Answered(200, content, endless), Limit, TestContext.Current.CancellationToken));
        Assert.InRange(endless.Given, Limit, 2 * Limit);
    }

    private sealed class Endless(string start) : ReadOnlyStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            buffer.Span.Fill((byte)'x');
            if (Given == 0) System.Text.Encoding.ASCII.GetBytes(start, buffer.Span);
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
