using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Gateway.Routing;

/// <summary>
/// Makes a name that clients take out of one that they would not, for its characters or its length: what can be read of it, and
/// the beginning of a SHA-256 over the server's and its own name, so that every process finds the same at any time.
/// </summary>
internal static class HashedName
{
    private const int Digits = 8;

    /// <summary>What the strictest clients take: letters, digits, _ and -.</summary>
    private static readonly SearchValues<char> _accepted = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Whether a name cannot stand behind its server's as it is. One that only looks hashed may not either: so a name that
    /// does not look hashed is a server's own, and is understood without any list.
    /// </summary>
    public static bool IsNeeded(string server, string name, int maxLength) =>
        name.Length == 0 || PrefixLength(server) + name.Length > maxLength || name.AsSpan().ContainsAnyExcept(_accepted) || Looks(name);

    /// <summary>Whether what stands behind the server's name ends like a hash.</summary>
    public static bool Looks(ReadOnlySpan<char> name) =>
        name.Length > Digits && name[^(Digits + 1)] == '_' && !name[^Digits..].ContainsAnyExcept(_digits);

    /// <param name="server">The server's configured name.</param>
    /// <param name="name">The name that the server itself uses.</param>
    /// <param name="maxLength">How long the whole may be.</param>
    /// <param name="attempt">0; and further if that gave what another name of the server already has.</param>
    /// <returns><c>server__readable_0123abcd</c>.</returns>
    public static string Of(string server, string name, int maxLength, int attempt)
    {
        var room = maxLength - PrefixLength(server) - Digits - 1;
        return $"{server}{ExposedName.Separator}{Readable(name, room)}_{HashOf(server, name, attempt)}";
    }

    private static int PrefixLength(string server) => server.Length + ExposedName.Separator.Length;

    private static string Readable(string name, int room)
    {
        var readable = new StringBuilder(room);
        foreach (var each in name)
        {
            if (readable.Length == room) break;
            if (_accepted.Contains(each)) readable.Append(each);
            else if (readable.Length == 0 || readable[^1] != '_') readable.Append('_');
        }

        return readable.ToString();
    }

    private static string HashOf(string server, string name, int attempt)
    {
        // No name holds a line break and a number by accident, and if one does, the next attempt tells them apart.
        var text = attempt == 0 ? $"{server}\n{name}" : string.Create(CultureInfo.InvariantCulture, $"{server}\n{name}\n{attempt}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, Digits / 2));
    }
}
