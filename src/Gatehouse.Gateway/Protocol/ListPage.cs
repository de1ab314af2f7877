using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Gateway.Protocol;

/// <summary>One page of a list, as a server answered it. Ranges point into <see cref="Message"/>.</summary>
internal sealed record ListPage
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    public required ReadOnlyMemory<byte> Message { get; init; }

    public required IReadOnlyList<ListItem> Items { get; init; }

    /// <summary>The array that holds the items; null if the result has none.</summary>
    public ByteRange? Array { get; init; }

    /// <summary>The cursor of the next page; null on the last one.</summary>
    public string? NextCursor { get; init; }

    /// <summary>How long the page may be kept, in milliseconds (2026-07-28); null if the server says nothing.</summary>
    public long? TtlMilliseconds { get; init; }

    /// <summary>Who may share the page: <c>public</c> or <c>private</c> (2026-07-28); null if the server says nothing.</summary>
    public string? CacheScope { get; init; }

    /// <summary>Which arguments travel as headers, by tool; null if none does.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<HeaderParameter>>? HeaderParameters { get; init; }

    /// <summary>The server's own words if it answered with an error instead.</summary>
    public string? Error { get; init; }

    /// <returns>Null if the message is no such answer.</returns>
    public static ListPage? Read(ReadOnlyMemory<byte> message, ListKind kind)
    {
        // Items are copied as they are into a list with those of other servers, which one server must not spoil for all.
        if (!Utf8.IsValid(message.Span)) return null;
        try
        {
            var reader = new Utf8JsonReader(message.Span, _options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return null;
            ListPage? page = null;
            var hasResult = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("result"u8) && !Twice(ref hasResult)) page = ReadResult(ref reader, message, kind) ?? page;
                else if (reader.ValueTextEquals("error"u8)) page = ReadError(ref reader, message) ?? page;
                else reader.Skip();
            }

            // Whatever follows the message makes the reader throw.
            reader.Read();
            return page;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static ListPage? ReadResult(ref Utf8JsonReader reader, ReadOnlyMemory<byte> message, ListKind kind)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var page = new ListPage { Message = message, Items = [] };
        var hasItems = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(kind.Member) && !Twice(ref hasItems)) page = ReadItems(ref reader, page, kind);
            else if (reader.ValueTextEquals("nextCursor"u8)) page = page with { NextCursor = TextOf(ref reader) };
            else if (reader.ValueTextEquals("ttlMs"u8)) page = page with { TtlMilliseconds = NumberOf(ref reader) };
            else if (reader.ValueTextEquals("cacheScope"u8)) page = page with { CacheScope = TextOf(ref reader) };
            else reader.Skip();
        }

        return page;
    }

    private static ListPage ReadItems(ref Utf8JsonReader reader, ListPage page, ListKind kind)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return page;
        }

        var items = new List<ListItem>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadItem(ref reader, kind) is { } item) items.Add(item);
        }

        return page with { Items = items, Array = new ByteRange(start, (int)reader.BytesConsumed - start) };
    }

    /// <summary>Two lists in one message: what is hidden in the one that we read would be seen in the other.</summary>
    /// <exception cref="FormatException">It is the second.</exception>
    private static bool Twice(ref bool seen) => seen ? throw new FormatException("The list stands there twice.") : !(seen = true);

    /// <summary>An item without a name is left out, and so is one with two: nobody could ask for it.</summary>
    private static ListItem? ReadItem(ref Utf8JsonReader reader, ListKind kind)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        (ByteRange Range, string Value)? key = null;
        var keys = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueTextEquals(kind.Key);
            keys += isKey ? 1 : 0;
            reader.Read();
            if (isKey && reader.TokenType == JsonTokenType.String) key = (JsonValue.RangeAt(ref reader), reader.GetString()!);
            else reader.Skip();
        }

        return key is { } found && keys == 1 ? new ListItem(new ByteRange(start, (int)reader.BytesConsumed - start), found.Range, found.Value) : null;
    }

    /// <returns>Null if it says that there is none: some servers write both members always.</returns>
    private static ListPage? ReadError(ref Utf8JsonReader reader, ReadOnlyMemory<byte> message)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        string? text = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
        }
        else
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("message"u8)) text = TextOf(ref reader);
                else reader.Skip();
            }
        }

        return new ListPage { Message = message, Items = [], Error = text ?? "an error without a message" };
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    private static long? NumberOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)) return Math.Max(0, number);
        reader.Skip();
        return null;
    }
}

/// <param name="Range">The item's object in the page's message.</param>
/// <param name="Key">The name or URI in it, quotes included.</param>
/// <param name="KeyValue">The same, unescaped.</param>
internal readonly record struct ListItem(ByteRange Range, ByteRange Key, string KeyValue);
