using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Bench.Upstream;

/// <summary>What the upstream needs of a message. No id: a notification.</summary>
internal readonly record struct UpstreamMessage(string Method, byte[]? Id)
{
    public static UpstreamMessage Read(ReadOnlySequence<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var method = "";
        byte[]? id = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMethod = reader.ValueTextEquals("method"u8);
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isMethod) method = NameOf(ref reader);
            else if (isId) id = body.Slice(reader.TokenStartIndex, reader.BytesConsumed - reader.TokenStartIndex).ToArray();
            else reader.Skip();
        }

        return new(method, id);
    }

    /// <summary>The names that calls carry are not made into new strings.</summary>
    private static string NameOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("tools/call"u8) ? "tools/call" : reader.ValueTextEquals("tools/list"u8) ? "tools/list" : reader.GetString()!;
}
