namespace Gatehouse.Fuzz.Oracles;

/// <summary>An input that says itself how it is to be cut: its first byte is the seed of the cuts.</summary>
internal static class Chunks
{
    /// <returns>The input without its first byte, and the same in pieces.</returns>
    public static (byte[] Whole, List<byte[]> Pieces) Of(byte[] input)
    {
        if (input.Length == 0) return ([], []);
        var whole = input[1..];
        var random = new Random(input[0]);
        var pieces = new List<byte[]>();
        for (var at = 0; at < whole.Length;)
        {
            var length = Math.Min(whole.Length - at, random.Next(4) == 0 ? random.Next(64) : 1 + random.Next(3));
            pieces.Add(whole[at..(at + length)]);
            at += length;
        }

        return (whole, pieces);
    }

    /// <summary>The pieces one by one, as a network gives them.</summary>
    public static Stream Stream(IEnumerable<byte[]> pieces) => new PiecesStream(pieces);

    private sealed class PiecesStream(IEnumerable<byte[]> pieces) : Gatehouse.Gateway.Upstreams.ReadOnlyStream
    {
        private readonly Queue<ReadOnlyMemory<byte>> _pieces = new(pieces.Where(piece => piece.Length > 0).Select(piece => (ReadOnlyMemory<byte>)piece));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (!_pieces.TryDequeue(out var piece)) return ValueTask.FromResult(0);
            var length = Math.Min(piece.Length, buffer.Length);
            piece[..length].CopyTo(buffer);

            // What did not fit comes first the next time.
            if (length < piece.Length)
            {
                var rest = _pieces.ToArray();
                _pieces.Clear();
                _pieces.Enqueue(piece[length..]);
                foreach (var other in rest) _pieces.Enqueue(other);
            }

            return ValueTask.FromResult(length);
        }
    }
}
