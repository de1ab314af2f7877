using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>Sets one text member of a JSON object and leaves every other byte as it came.</summary>
internal static class ObjectSplice
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    /// <param name="bytes">One object that was read before, so that it is known to be well-formed.</param>
    /// <param name="name">The member; if it stands there twice, both are set, since readers differ in which one they take.</param>
    /// <param name="value">Its new value.</param>
    public static byte[] Set(ReadOnlySpan<byte> bytes, string name, string value)
    {
        var literal = JsonText.Encode(value);
        var found = new List<ByteRange>();
        var reader = new Utf8JsonReader(bytes, _options);
        reader.Read();
        var inside = (int)reader.BytesConsumed;
        var isEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            var range = JsonValue.RangeAt(ref reader);
            if (isIt) found.Add(range);
        }

        if (found.Count == 0) return Splice.Insert(bytes, inside, [.. JsonText.Encode(name), (byte)':', .. literal, .. isEmpty ? ""u8 : ","u8]);
        var changed = bytes.ToArray();
        for (var i = found.Count - 1; i >= 0; i--) changed = Splice.Replace(changed, found[i], literal);
        return changed;
    }
}
