namespace Gatehouse.Core.Configuration;

/// <summary>Tools of one server: <c>server__tool</c>, where the tool may be a pattern.</summary>
/// <param name="Server">The server's configured name.</param>
/// <param name="Tool">The tool's own name, or a pattern of names.</param>
public sealed record ToolPattern(string Server, NamePattern Tool)
{
    public const string Separator = "__";

    /// <returns>Null if there is no separator, or nothing on one side of it.</returns>
    public static ToolPattern? Parse(string text)
    {
        // The first separator is the right one: a server's name cannot contain it, a tool's may.
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        return at > 0 && at + Separator.Length < text.Length ? new(text[..at], new NamePattern(text[(at + Separator.Length)..])) : null;
    }
}
