using System.Diagnostics.CodeAnalysis;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Routing;

/// <summary>A tool or prompt by the names that its server gives itself and it; on an aggregate, mostly called <c>server__name</c>.</summary>
/// <param name="Server">The server's configured name, which holds no double underscore and ends in a letter or digit.</param>
/// <param name="Name">The name that the server itself uses, or what stands in its place (<see cref="HashedName"/>).</param>
internal readonly record struct ExposedName(string Server, string Name)
{
    public const string Separator = ToolPattern.Separator;

    public static bool TryParse(string? exposed, [NotNullWhen(true)] out ExposedName? name)
    {
        // The first separator is the right one: a server's name cannot contain it, a tool's may.
        var at = exposed?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        name = at > 0 && at + Separator.Length < exposed!.Length ? new(exposed[..at], exposed[(at + Separator.Length)..]) : null;
        return name is not null;
    }

    /// <summary>One that is known to be well-formed.</summary>
    public static ExposedName Parse(string exposed) => TryParse(exposed, out var name) ? name.Value : throw new FormatException($"{exposed} is not SERVER{Separator}NAME");

    public override string ToString() => $"{Server}{Separator}{Name}";
}
