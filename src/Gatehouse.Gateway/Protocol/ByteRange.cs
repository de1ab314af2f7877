namespace Gatehouse.Gateway.Protocol;

/// <summary>Where one JSON value stands in a message's bytes.</summary>
/// <param name="Start">Offset of its first byte.</param>
/// <param name="Length">Length in bytes.</param>
internal readonly record struct ByteRange(int Start, int Length)
{
    public int End => Start + Length;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> bytes) => bytes.Slice(Start, Length);

    public ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> bytes) => bytes.Slice(Start, Length);
}
