namespace Gatehouse.Storage.Audit;

/// <summary>
/// Makes text of strangers fit to store. PostgreSQL refuses NUL and half surrogates, and one refused row would hold up the
/// whole trail; a text without bounds would fill it.
/// </summary>
internal static class AuditText
{
    public const int MaxText = 2048;
    public const int MaxArguments = 32 * 1024;

    private const char Replacement = '\uFFFD';

    public static string? Clean(string? text, int max = MaxText)
    {
        if (text is null) return null;
        if (text.Length > max) text = $"{text.AsSpan(0, max)}…(+{text.Length - max})";
        var span = text.AsSpan();
        return span.Contains('\0') || span.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0 ? Repair(text) : text;
    }

    private static string Repair(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            if (char.IsHighSurrogate(source[i]) && i + 1 < source.Length && char.IsLowSurrogate(source[i + 1]))
            {
                target[i] = source[i];
                target[i + 1] = source[++i];
            }
            else
            {
                target[i] = source[i] is '\0' || char.IsSurrogate(source[i]) ? Replacement : source[i];
            }
        }
    });
}
