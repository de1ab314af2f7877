using System.Text;
using System.Text.Json;

namespace Gatehouse.Fuzz.Oracles;

/// <summary>JSON as a tree: slow, obvious, and written by others. What our own readers are held against.</summary>
internal static class Dom
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Null if the bytes are no JSON, are nested deeper than <paramref name="maxDepth"/>, or are not UTF-8.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> bytes, int maxDepth = 64)
    {
        try
        {
            _strict.GetCharCount(bytes.Span);
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = maxDepth });
        }
        catch (Exception none) when (none is JsonException or DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The members by their unescaped names, in order, duplicates and all; null for a name that is no text.</summary>
    public static List<(string? Name, JsonElement Value)> Members(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? [.. element.EnumerateObject().Select(member => (NameOf(member), member.Value))] : [];

    /// <summary>The last member of that name: what nearly every parser takes.</summary>
    public static JsonElement? Last(JsonElement element, string name) =>
        Members(element).LastOrDefault(member => member.Name == name) is { Name: not null, Value: var value } ? value : null;

    /// <summary>The text of a string; null for anything else.</summary>
    /// <param name="isText">False for a string that holds half a surrogate pair.</param>
    public static string? Text(JsonElement? element, out bool isText)
    {
        isText = true;
        if (element is not { ValueKind: JsonValueKind.String } text) return null;
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            isText = false;
            return null;
        }
    }

    /// <summary>The raw token of an id or a progress token: a string, or a number that is written as an integer.</summary>
    public static string? Id(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetRawText(),
        { ValueKind: JsonValueKind.Number } number when number.GetRawText().AsSpan().IndexOfAny("eE.") < 0 => number.GetRawText(),
        _ => null,
    };

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
