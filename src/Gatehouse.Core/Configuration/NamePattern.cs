namespace Gatehouse.Core.Configuration;

/// <summary>A name, or a pattern in which <c>*</c> stands for any run of characters. Upper and lower case differ.</summary>
public sealed class NamePattern(string pattern)
{
    private readonly string[] _parts = pattern.Split('*');

    public bool Matches(ReadOnlySpan<char> name)
    {
        if (_parts.Length == 1) return name.SequenceEqual(_parts[0]);
        if (!name.StartsWith(_parts[0], StringComparison.Ordinal)) return false;
        var rest = name[_parts[0].Length..];

        // Each part at its first place leaves the most room for those after it.
        foreach (var part in _parts.AsSpan(1, _parts.Length - 2))
        {
            var at = rest.IndexOf(part, StringComparison.Ordinal);
            if (at < 0) return false;
            rest = rest[(at + part.Length)..];
        }

        return rest.EndsWith(_parts[^1], StringComparison.Ordinal);
    }
}
