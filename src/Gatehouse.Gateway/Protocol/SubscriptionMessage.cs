using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What must be known of a message on a listen stream, found in one pass. Ranges point into its bytes.</summary>
/// <param name="Method">Null for the answer that ends the stream.</param>
/// <param name="IsRequest">Whether it has both a method and an id, which no message on such a stream may.</param>
/// <param name="Params">Its <c>params</c>.</param>
/// <param name="Meta"><c>params._meta</c>.</param>
/// <param name="SubscriptionId">Which request it belongs to, as its server sees that.</param>
internal readonly record struct SubscriptionMessage(string? Method, bool IsRequest, ByteRange? Params, ByteRange? Meta, ByteRange? SubscriptionId)
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = 512 };

    public static bool TryRead(ReadOnlySpan<byte> message, out SubscriptionMessage read)
    {
        read = default;

        // It goes into one stream with those of other servers.
        if (!Utf8.IsValid(message)) return false;
        try
        {
            var reader = new Utf8JsonReader(message, _options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isMethod, isId, isParams) = (reader.ValueTextEquals("method"u8), reader.ValueTextEquals("id"u8), reader.ValueTextEquals("params"u8));
                reader.Read();
                if (isMethod && reader.TokenType == JsonTokenType.String) read = read with { Method = reader.GetString() };
                if (isId) read = read with { IsRequest = true };
                if (isParams) ReadParams(ref reader, ref read);
                else reader.Skip();
            }

            // Whatever follows the message makes the reader throw.
            reader.Read();

            read = read with { IsRequest = read is { IsRequest: true, Method: not null } };
            return true;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The notification, for the client's request whatever the server wrote there.</summary>
    /// <param name="message">The bytes that this was read from.</param>
    /// <param name="id">The raw id of the client's request: a number stays one.</param>
    public ReadOnlyMemory<byte> Stamp(ReadOnlyMemory<byte> message, ReadOnlySpan<byte> id)
    {
        var bytes = message.Span;
        if (SubscriptionId is { } given) return given.Of(bytes).SequenceEqual(id) ? message : Splice.Replace(bytes, given, id);
        byte[] stamp = [(byte)'"', .. MetaKeys.SubscriptionId, .. "\":"u8, .. id];
        if (Meta is { } meta) return InsertMember(bytes, meta, stamp);
        byte[] wrapped = [.. "\"_meta\":{"u8, .. stamp, (byte)'}'];
        if (Params is { } parameters) return InsertMember(bytes, parameters, wrapped);
        return Splice.Insert(bytes, bytes.IndexOf((byte)'{') + 1, [.. "\"params\":{"u8, .. wrapped, .. "},"u8]);
    }

    private static void ReadParams(ref Utf8JsonReader reader, ref SubscriptionMessage read)
    {
        RequireOne(read.Params, reader.TokenType == JsonTokenType.StartObject);
        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMeta = reader.ValueTextEquals("_meta"u8);
            reader.Read();
            if (isMeta) ReadMeta(ref reader, ref read);
            else reader.Skip();
        }

        read = read with { Params = new ByteRange(start, (int)reader.BytesConsumed - start) };
    }

    /// <summary>What is stamped must be what the client reads: with two of a kind, or another kind, it might read another one.</summary>
    /// <exception cref="JsonException">It might.</exception>
    private static void RequireOne(ByteRange? before, bool isRight)
    {
        if (before is not null || !isRight) throw new JsonException("No message on a listen stream is written like this.");
    }

    private static void ReadMeta(ref Utf8JsonReader reader, ref SubscriptionMessage read)
    {
        RequireOne(read.Meta, reader.TokenType == JsonTokenType.StartObject);
        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(MetaKeys.SubscriptionId);
            reader.Read();
            var range = JsonValue.RangeAt(ref reader);
            if (!isIt) continue;
            RequireOne(read.SubscriptionId, isRight: true);
            read = read with { SubscriptionId = range };
        }

        read = read with { Meta = new ByteRange(start, (int)reader.BytesConsumed - start) };
    }

    private static byte[] InsertMember(ReadOnlySpan<byte> bytes, ByteRange range, byte[] member)
    {
        var isEmpty = bytes[(range.Start + 1)..range.End].TrimStart(" \t\r\n"u8)[0] == (byte)'}';
        return Splice.Insert(bytes, range.Start + 1, isEmpty ? member : [.. member, (byte)',']);
    }
}
