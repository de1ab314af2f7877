namespace Gatehouse.Fuzz;

/// <summary>Makes new inputs of old ones, the same from the same seed.</summary>
internal sealed class Mutation(int seed, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
{
    private const int LongestInput = 4096;

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var input = Any(seeds);
        for (var changes = 1 << _random.Next(4); changes > 0; changes--) input = Change(input);
        return input.Length <= LongestInput ? input : input[..LongestInput];
    }

    private byte[] Change(byte[] input)
    {
        var at = _random.Next(input.Length + 1);
        var to = at + _random.Next(Math.Min(24, input.Length - at) + 1);
        return _random.Next(8) switch
        {
            0 => [.. input[..at], (byte)_random.Next(256), .. input[at..]],
            1 when at < input.Length => [.. input[..at], (byte)(input[at] ^ (1 << _random.Next(8))), .. input[(at + 1)..]],
            2 => [.. input[..at], .. input[to..]],
            3 => [.. input[..to], .. input[at..]],
            4 => [.. input[..at], .. Any(words), .. input[at..]],
            5 => [.. input[..at], .. Any(words), .. input[to..]],
            6 => [.. input[..at], .. Part(Any(seeds)), .. input[at..]],
            _ => [.. input[..at], .. input[to..], .. input[at..to]],
        };
    }

    private byte[] Part(byte[] other)
    {
        var at = _random.Next(other.Length + 1);
        return other[at..(at + _random.Next(other.Length - at + 1))];
    }

    private byte[] Any(IReadOnlyList<byte[]> of) => of[_random.Next(of.Count)];
}
