using System.Text.Json;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>What the <c>params</c> of a server's request or notification refer to.</summary>
/// <param name="ProgressToken"><c>progressToken</c>, which a progress notification has where a request has it in <c>_meta</c>.</param>
/// <param name="SubscriptionId">The id of the listen that it belongs to, from <c>_meta</c>.</param>
/// <param name="RequestId"><c>requestId</c> of <c>notifications/cancelled</c>.</param>
/// <param name="Uri"><c>uri</c> of <c>notifications/resources/updated</c>: a string, quotes included.</param>
internal readonly record struct ServerMessageParams(ByteRange? ProgressToken, ByteRange? SubscriptionId, ByteRange? RequestId, ByteRange? Uri)
{
    /// <summary>Reads the object that the reader stands at the start of, and leaves the reader on its end.</summary>
    public static ServerMessageParams Read(ref Utf8JsonReader reader)
    {
        var found = default(ServerMessageParams);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("progressToken"u8))
            {
                reader.Read();
                found = found with { ProgressToken = JsonValue.IdAt(ref reader) };
            }
            else if (reader.ValueTextEquals("requestId"u8))
            {
                reader.Read();
                found = found with { RequestId = JsonValue.IdAt(ref reader) };
            }
            else if (reader.ValueTextEquals("uri"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String) found = found with { Uri = JsonValue.RangeAt(ref reader) };
            }
            else if (reader.ValueTextEquals("_meta"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject) found = found with { SubscriptionId = SubscriptionIn(ref reader) };
            }
            else
            {
                reader.Read();
            }

            reader.Skip();
        }

        return found;
    }

    /// <summary>Where the answer to a listen names its subscription: <c>result._meta</c>. Null if it does not.</summary>
    public static ByteRange? SubscriptionOfAnswer(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, ServerMessage.Options);
            return Enter(ref reader, "result"u8) && Enter(ref reader, "_meta"u8) ? SubscriptionIn(ref reader) : null;
        }
        catch (InvalidOperationException)
        {
            // The reader's word for a key with half a surrogate pair.
            return null;
        }
    }

    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        if (reader.TokenType != JsonTokenType.StartObject && !(reader.Read() && reader.TokenType == JsonTokenType.StartObject)) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMember = reader.ValueTextEquals(member);
            reader.Read();
            if (isMember) return reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }

        return false;
    }

    private static ByteRange? SubscriptionIn(ref Utf8JsonReader meta)
    {
        ByteRange? found = null;
        while (meta.Read() && meta.TokenType == JsonTokenType.PropertyName)
        {
            var isSubscription = meta.ValueTextEquals(MetaKeys.SubscriptionId);
            meta.Read();
            if (isSubscription) found = JsonValue.IdAt(ref meta);
            meta.Skip();
        }

        return found;
    }
}
