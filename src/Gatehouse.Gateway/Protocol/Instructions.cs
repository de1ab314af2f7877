using System.Text;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What servers tell a model about themselves, alone and together.</summary>
internal static class Instructions
{
    /// <summary>All together, in characters: it ends up in a model's context, before anything has been asked.</summary>
    public const int MaxLength = 16 * 1024;

    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    /// <param name="result">The bytes of the <c>result</c> of <c>initialize</c> or <c>server/discover</c>; may be empty.</param>
    /// <returns>Null if it says nothing.</returns>
    public static string? Of(ReadOnlyMemory<byte> result)
    {
        if (result.IsEmpty) return null;
        try
        {
            var reader = new Utf8JsonReader(result.Span, _options);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = reader.ValueTextEquals("instructions"u8);
                reader.Read();
                if (isIt) return reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
                reader.Skip();
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Half a surrogate pair, or nested without end: whatever it was meant to say.
            return null;
        }

        return null;
    }

    /// <param name="first">What comes before all of them; null for nothing.</param>
    /// <param name="said">Servers, by name, and what they say.</param>
    /// <returns>Each under a heading. If it is too much, every server gets the same share. Null if there is nothing.</returns>
    public static string? Join(string? first, IReadOnlyList<(string Server, string Text)> said)
    {
        if (first is null && said.Count == 0) return null;
        var room = Math.Max(0, MaxLength - (first?.Length ?? 0));
        var share = said.Sum(each => each.Text.Length) <= room ? room : room / said.Count;
        var joined = new StringBuilder(first);
        foreach (var (server, text) in said)
        {
            if (joined.Length > 0) joined.Append("\n\n");
            joined.Append("## ").Append(server).Append('\n').Append(Cut(text, share));
        }

        return joined.ToString();
    }

    private static string Cut(string text, int length)
    {
        if (text.Length <= length) return text;
        var end = Math.Max(0, length - 1);
        return $"{text.AsSpan(0, end > 0 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)}…";
    }
}
