using System.Globalization;
using System.Text;

namespace Gatehouse.App.Hosting;

/// <summary>
/// Makes text of strangers fit for a terminal: a client's name or a tool's must not move the cursor, change colours, turn
/// the reading direction or begin a line of its own.
/// </summary>
internal static class TerminalText
{
    private const char Replacement = '\uFFFD';

    public static string Clean(string text)
    {
        if (text.All(IsPlain)) return text;
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text, i)) clean.Append(text[i]).Append(text[++i]);
            else clean.Append(IsPlain(text[i]) ? text[i] : Replacement);
        }

        return clean.ToString();
    }

    /// <summary>JSON that means the same and is fit for a terminal: what is not plain is written as an escape.</summary>
    public static string CleanJson(string json) => json.All(IsPlainOrSurrogate)
        ? json
        : string.Concat(json.Select(letter => IsPlainOrSurrogate(letter) ? letter.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}")));

    private static bool IsPlainOrSurrogate(char letter) => char.IsSurrogate(letter) || IsPlain(letter);

    private static bool IsPlain(char letter) => char.GetUnicodeCategory(letter) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
