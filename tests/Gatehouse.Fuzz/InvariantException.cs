namespace Gatehouse.Fuzz;

/// <summary>Something did not crash, and is wrong.</summary>
internal sealed class InvariantException(string message) : Exception(message)
{
    public static void Require(bool holds, string invariant)
    {
        if (!holds) throw new InvariantException(invariant);
    }

    public static void Equal(string? expected, string? actual, string what)
    {
        if (expected != actual) throw new InvariantException($"{what}: expected {expected ?? "nothing"}, found {actual ?? "nothing"}");
    }

    public static void Equal(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        if (!expected.SequenceEqual(actual)) throw new InvariantException($"{what}: expected {Text(expected)}, found {Text(actual)}");
    }

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);
}
