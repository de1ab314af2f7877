namespace Gatehouse.App.Hosting;

/// <summary>A request's body that ends with <see cref="BadHttpRequestException"/> (413) where it becomes too large.</summary>
internal sealed class CountedBody(Stream body, long limit) : Stream
{
    private long _read;

    /// <summary>Whether there was more than the limit.</summary>
    public bool IsOver => _read > limit;

    /// <summary>What has not been read, however much it is.</summary>
    public Stream Rest => body;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = await body.ReadAsync(buffer, cancellationToken);
        _read += length;
        return IsOver ? throw new BadHttpRequestException("Request body too large.", StatusCodes.Status413PayloadTooLarge) : length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
