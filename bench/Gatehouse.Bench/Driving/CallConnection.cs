using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Bench.Driving;

/// <summary>
/// One keep-alive connection that sends one request at a time. Written on a bare socket: an HTTP client would take more of
/// the machine than some of what is measured.
/// </summary>
internal sealed class CallConnection : IDisposable
{
    /// <summary>More than the list of 200 tools.</summary>
    private const int MaxAnswer = 512 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[MaxAnswer];
    private readonly byte[] _body = new byte[MaxAnswer];
    private int _filled;
    private byte[]? _expected;

    public ValueTask ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken) => _socket.ConnectAsync(endpoint, cancellationToken);

    /// <summary>Sends the call and reads the answer whole. The first one is looked at closely, and every other must equal it.</summary>
    public async ValueTask SendAsync(Call call, CancellationToken cancellationToken)
    {
        var body = await ExchangeAsync(call.Bytes, cancellationToken);
        if (_expected is not null && HttpAnswer.Status(_received) == 200 && Expectation.IsSame(call.Work, body.Span, _expected)) return;
        if (_expected is not null || HttpAnswer.Status(_received) != 200 || !Expectation.Holds(call.Work, body)) throw Unexpected();
        _expected = body.ToArray();
    }

    /// <summary>Sends any request whose answer says that it worked.</summary>
    /// <returns>The session that the answer names; null if none.</returns>
    public async ValueTask<string?> DoAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await ExchangeAsync(request, cancellationToken);
        return HttpAnswer.Status(_received) is 200 or 202 or 204 ? HttpAnswer.Session(_received.AsSpan(0, _filled)) : throw Unexpected();
    }

    public void Dispose() => _socket.Dispose();

    /// <returns>The body, good until the next request.</returns>
    private async ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < request.Length;) sent += await _socket.SendAsync(request[sent..], cancellationToken);
        _filled = 0;
        int length;
        do
        {
            var read = await _socket.ReceiveAsync(_received.AsMemory(_filled), cancellationToken);
            if (read == 0) throw new BenchException($"The connection ended in the middle of an answer:\n{Encoding.UTF8.GetString(_received, 0, _filled)}");
            _filled += read;
        }
        while (!HttpAnswer.IsWhole(_received.AsSpan(0, _filled), _body, out length));

        return _body.AsMemory(0, length);
    }

    private UnexpectedAnswerException Unexpected() => new(Encoding.UTF8.GetString(_received, 0, Math.Min(_filled, 1500)));
}
