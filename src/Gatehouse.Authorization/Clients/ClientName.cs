using System.Globalization;
using System.Text;

namespace Gatehouse.Authorization.Clients;

/// <summary>The name that a client gives itself, made fit to be shown: it is text of a stranger.</summary>
internal static class ClientName
{
    public const int Longest = 100;

    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>Without control and formatting characters (line breaks, right-to-left overrides, invisible ones); null if nothing is left.</summary>
    public static string? Clean(string? name)
    {
        if (name is null) return null;
        var text = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes().Where(IsVisible)) text.Append(rune.ToString());
        return text.ToString().Trim() is { Length: > 0 } clean ? clean : null;
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Emoji are joined with it.
        UnicodeCategory.Format => rune.Value == ZeroWidthJoiner,
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned => false,
        _ => rune != Rune.ReplacementChar,
    };
}
