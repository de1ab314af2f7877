using System.Text;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>
/// Some servers read keys without regard to case. For them <c>Name</c> would overrule the <c>name</c> that we decided on, so
/// a message that has both ways open is refused. Go's parser folds as Unicode does, Java's in its own way: for the one
/// <c>paramſ</c> is <c>params</c>, for the other <c>urı</c> is <c>uri</c>.
/// </summary>
internal static class LookalikeKey
{
    /// <summary>Whether the property name that the reader stands on is one of the keys to somebody, or would be but for case.</summary>
    /// <exception cref="InvalidOperationException">It holds an unpaired surrogate.</exception>
    public static bool Resembles(ref Utf8JsonReader reader, params ReadOnlySpan<string> keys)
    {
        if (reader.ValueIsEscaped || !Ascii.IsValid(reader.ValueSpan)) return Resembles(Folded(reader.GetString()!), keys);
        foreach (var key in keys)
        {
            if (reader.ValueSpan.Length == key.Length && Ascii.EqualsIgnoreCase(reader.ValueSpan, key)) return true;
        }

        return false;
    }

    private static bool Resembles(string name, ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (name.Equals(key, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>With the ASCII letters in place of those that fold to them: long s, the Kelvin sign, i with and without its dot.</summary>
    private static string Folded(string name) => name.Replace('\u017F', 's').Replace('\u212A', 'k').Replace('\u0130', 'i').Replace('\u0131', 'i');
}
