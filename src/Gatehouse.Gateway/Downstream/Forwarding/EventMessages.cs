using System.Net.ServerSentEvents;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>The messages of a stream of server-sent events, one after the other.</summary>
internal sealed class EventMessages : IDisposable
{
    private readonly BoundedStream _bounded;
    private readonly SseParser<byte[]> _parser;
    private IAsyncEnumerator<SseItem<byte[]>>? _events;

    /// <param name="body">The stream, which stays its owner's.</param>
    /// <param name="maxLength">A message of more bytes is refused.</param>
    public EventMessages(Stream body, long maxLength)
    {
        _bounded = new BoundedStream(body, maxLength);
        _parser = SseParser.Create(_bounded, static (_, data) => data.ToArray());
    }

    /// <param name="cancellationToken">The same one each time: the first counts.</param>
    /// <returns>Null at the end. Priming events and comments are no messages.</returns>
    /// <exception cref="IOException">The stream broke off, or a message is too large.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        _events ??= _parser.EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await _events.MoveNextAsync())
        {
            _bounded.Renew();
            if (_events.Current.Data is { Length: > 0 } message) return message;
        }

        return null;
    }

    public void Dispose() => _bounded.Dispose();
}
