using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gatehouse.Bench.Upstream;

namespace Gatehouse.Bench.Driving;

/// <summary>
/// One keep-alive connection that sends one call at a time. Written on a bare socket: an HTTP client would take more of the
/// machine than some of what is measured.
/// </summary>
internal sealed class CallConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[16 * 1024];
    private readonly byte[] _body = new byte[16 * 1024];
    private byte[]? _expected;

    public ValueTask ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken) => _socket.ConnectAsync(endpoint, cancellationToken);

    /// <summary>Sends the call and reads the answer whole. The first one is looked at closely, and every other must equal it.</summary>
    public async ValueTask SendAsync(Call call, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < call.Bytes.Length;) sent += await _socket.SendAsync(call.Bytes[sent..], cancellationToken);
        var filled = 0;
        int length;
        do
        {
            var read = await _socket.ReceiveAsync(_received.AsMemory(filled), cancellationToken);
            if (read == 0) throw new BenchException($"The connection ended in the middle of an answer:\n{Encoding.UTF8.GetString(_received, 0, filled)}");
            filled += read;
        }
        while (!HttpAnswer.IsWhole(_received.AsSpan(0, filled), _body, out length));

        var body = _body.AsMemory(0, length);
        if (_expected is not null && HttpAnswer.Status(_received) == 200 && body.Span.SequenceEqual(_expected)) return;
        if (_expected is null && HttpAnswer.Status(_received) == 200 && IsTheTools(body))
        {
            _expected = body.ToArray();
            return;
        }

        throw new UnexpectedAnswerException(Encoding.UTF8.GetString(_received, 0, Math.Min(filled, 1500)));
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsTheTools(ReadOnlyMemory<byte> body)
    {
        using var answer = JsonDocument.Parse(body);
        return answer.RootElement.TryGetProperty("result", out var result)
            && result.TryGetProperty("content", out var content)
            && content[0].GetProperty("text").GetString() == UpstreamAnswers.Text;
    }
}
