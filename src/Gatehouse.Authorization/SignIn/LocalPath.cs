using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Authorization.SignIn;

/// <summary>
/// A path and query of ours that a browser may be sent back to. Whatever a browser could read as another site is not one:
/// <c>//host</c>, a backslash (which browsers take for a slash), control characters (which they skip), a scheme.
/// </summary>
internal readonly record struct LocalPath
{
    private readonly string _value;

    private LocalPath(string value) => _value = value;

    public static bool TryParse([NotNullWhen(true)] string? text, out LocalPath path)
    {
        var local = text is ['/', ..] and not ['/', '/', ..] && text.All(character => character is > ' ' and <= '~' and not '\\');
        path = local ? new LocalPath(text!) : default;
        return local;
    }

    /// <summary>The page of ours that leads on to this path in the end.</summary>
    /// <param name="page">The page's own path, a constant.</param>
    public LocalPath Through(string page) => new($"{page}?returnPath={Uri.EscapeDataString(_value)}");

    public override string ToString() => _value;
}
