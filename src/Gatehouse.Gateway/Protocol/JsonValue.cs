using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>The value that a reader stands on, as a range of the message. The reader must read one whole span.</summary>
internal static class JsonValue
{
    /// <summary>The value's range; moves the reader to the value's last token.</summary>
    public static ByteRange RangeAt(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new ByteRange(start, (int)reader.BytesConsumed - start);
    }

    /// <summary>The range of a string or an integer: what ids and progress tokens may be. Null for anything else.</summary>
    public static ByteRange? IdAt(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => RangeAt(ref reader),
        JsonTokenType.Number when reader.ValueSpan.IndexOfAny("eE."u8) < 0 => RangeAt(ref reader),
        _ => null,
    };
}
