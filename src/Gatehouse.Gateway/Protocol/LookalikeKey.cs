using System.Text;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>
/// Some servers read keys without regard to case. For them <c>Name</c> would overrule the <c>name</c> that we decided on, so
/// a message that has both ways open is refused.
/// </summary>
internal static class LookalikeKey
{
    /// <summary>Whether the property name that the reader stands on equals one of the keys but for case.</summary>
    public static bool Resembles(ref Utf8JsonReader reader, string[] keys)
    {
        foreach (var key in keys)
        {
            if (reader.ValueIsEscaped)
            {
                if (key.Equals(reader.GetString(), StringComparison.OrdinalIgnoreCase)) return true;
            }
            else if (reader.ValueSpan.Length == key.Length && Ascii.EqualsIgnoreCase(reader.ValueSpan, key))
            {
                return true;
            }
        }

        return false;
    }
}
