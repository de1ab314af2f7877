using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Gateway.Routing;

/// <summary>A tool's or prompt's name on <c>/mcp</c>: <c>server__name</c>.</summary>
/// <param name="Server">The server's configured name, which holds no double underscore and ends in a letter or digit.</param>
/// <param name="Name">The name that the server itself uses.</param>
internal readonly record struct ExposedName(string Server, string Name)
{
    public const string Separator = "__";

    public static bool TryParse(string? exposed, [NotNullWhen(true)] out ExposedName? name)
    {
        // The first separator is the right one: a server's name cannot contain it, a tool's may.
        var at = exposed?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        name = at > 0 && at + Separator.Length < exposed!.Length ? new(exposed[..at], exposed[(at + Separator.Length)..]) : null;
        return name is not null;
    }

    public override string ToString() => $"{Server}{Separator}{Name}";
}
