using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gatehouse.Gateway.Sessions;

/// <summary>A JSON value as somebody wrote it: kept, compared and given back as these very bytes.</summary>
[JsonConverter(typeof(Converter))]
internal sealed class RawJson(ReadOnlyMemory<byte> text) : IEquatable<RawJson>
{
    public ReadOnlyMemory<byte> Text => text;

    public bool Equals(RawJson? other) => other is not null && text.Span.SequenceEqual(other.Text.Span);

    public override bool Equals(object? obj) => Equals(obj as RawJson);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(text.Span);
        return hash.ToHashCode();
    }

    internal sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var value = JsonDocument.ParseValue(ref reader);
            return new RawJson(JsonMarshal.GetRawUtf8Value(value.RootElement).ToArray());
        }

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text.Span, skipInputValidation: true);
    }
}
