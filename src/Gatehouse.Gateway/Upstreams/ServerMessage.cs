using System.Text.Json;
using System.Text.Unicode;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>What the gateway must know of a message that an upstream wrote, found in one pass. Ranges point into its bytes.</summary>
internal readonly record struct ServerMessage(MessageKind Kind, ByteRange? Id, bool IsProgress, bool IsPing, ByteRange? ProgressToken, int ErrorCode)
{
    /// <summary>Answers may nest deeper than what clients may send: they are passed on, not acted upon.</summary>
    private static readonly JsonReaderOptions _options = new() { MaxDepth = 512 };

    public static bool TryRead(ReadOnlySpan<byte> line, out ServerMessage message)
    {
        message = default;
        if (!Utf8.IsValid(line)) return false;
        try
        {
            var reader = new Utf8JsonReader(line, _options);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && TryReadMembers(ref reader, out message);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The latter is the reader's word for an escaped half of a surrogate pair.
            return false;
        }
    }

    private static bool TryReadMembers(ref Utf8JsonReader reader, out ServerMessage message)
    {
        ByteRange? id = null, token = null;
        bool hasMethod = false, isProgress = false, isPing = false, answers = false;
        var code = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = JsonValue.IdAt(ref reader);
            }
            else if (reader.ValueTextEquals("method"u8))
            {
                reader.Read();
                hasMethod = reader.TokenType == JsonTokenType.String;
                isProgress = hasMethod && reader.ValueTextEquals("notifications/progress"u8);
                isPing = hasMethod && reader.ValueTextEquals("ping"u8);
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject) token = FindToken(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                answers = true;
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject) code = FindCode(ref reader);
            }
            else
            {
                answers |= reader.ValueTextEquals("result"u8);
                reader.Read();
            }

            reader.Skip();
        }

        // Whatever follows the message makes the reader throw.
        reader.Read();
        message = new ServerMessage(
            !hasMethod ? MessageKind.Response : id is null ? MessageKind.Notification : MessageKind.Request, id, isProgress, isPing, token, code);
        return hasMethod != answers;
    }

    /// <summary><c>params.progressToken</c>, which a progress notification has where a request has it in <c>_meta</c>.</summary>
    private static ByteRange? FindToken(ref Utf8JsonReader reader)
    {
        ByteRange? token = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isToken = reader.ValueTextEquals("progressToken"u8);
            reader.Read();
            if (isToken) token = JsonValue.IdAt(ref reader);
            reader.Skip();
        }

        return token;
    }

    private static int FindCode(ref Utf8JsonReader reader)
    {
        var code = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCode = reader.ValueTextEquals("code"u8);
            reader.Read();
            if (isCode && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number)) code = number;
            reader.Skip();
        }

        return code;
    }
}
