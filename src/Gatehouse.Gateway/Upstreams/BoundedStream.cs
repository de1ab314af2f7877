namespace Gatehouse.Gateway.Upstreams;

/// <summary>Reads another stream up to a bound, beyond which it fails. Leaves the other one open.</summary>
internal sealed class BoundedStream(Stream inner, long maxLength) : ReadOnlyStream
{
    private long _read;

    /// <summary>What was read so far counts no more.</summary>
    public void Renew() => _read = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = await inner.ReadAsync(buffer, cancellationToken);
        _read += length;
        return _read <= maxLength ? length : throw new AnswerTooLargeException(maxLength);
    }
}
