using System.Text.Json;
using System.Text.Unicode;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>What the gateway must know of a message that an upstream wrote, found in one pass. Ranges point into its bytes.</summary>
/// <param name="Kind">Request, notification or response.</param>
/// <param name="Id">The raw id.</param>
/// <param name="Topic">What its method is about.</param>
/// <param name="ErrorCode">The code of an error; 0 for none.</param>
/// <param name="About">What its <c>params</c> refer to.</param>
internal readonly record struct ServerMessage(MessageKind Kind, ByteRange? Id, ServerTopic Topic, int ErrorCode, ServerMessageParams About)
{
    /// <summary>Answers may nest deeper than what clients may send: they are passed on, not acted upon.</summary>
    internal static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    public bool IsProgress => Topic == ServerTopic.Progress;

    public bool IsPing => Topic == ServerTopic.Ping;

    public ByteRange? ProgressToken => About.ProgressToken;

    public static bool TryRead(ReadOnlySpan<byte> line, out ServerMessage message)
    {
        message = default;
        if (!Utf8.IsValid(line)) return false;
        try
        {
            var reader = new Utf8JsonReader(line, Options);
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
        ByteRange? id = null;
        var about = default(ServerMessageParams);
        var topic = ServerTopic.Other;
        bool hasMethod = false, answers = false;
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
                if (hasMethod) topic = TopicOf(ref reader);
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject) about = ServerMessageParams.Read(ref reader);
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
        var kind = !hasMethod ? MessageKind.Response : id is null ? MessageKind.Notification : MessageKind.Request;
        message = new ServerMessage(kind, id, topic, code, about);
        return hasMethod != answers;
    }

    private static ServerTopic TopicOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("notifications/progress"u8) ? ServerTopic.Progress
        : reader.ValueTextEquals("notifications/tools/list_changed"u8) ? ServerTopic.ToolsListChanged
        : reader.ValueTextEquals("notifications/prompts/list_changed"u8) ? ServerTopic.PromptsListChanged
        : reader.ValueTextEquals("notifications/resources/list_changed"u8) ? ServerTopic.ResourcesListChanged
        : reader.ValueTextEquals("notifications/resources/updated"u8) ? ServerTopic.ResourceUpdated
        : reader.ValueTextEquals("notifications/subscriptions/acknowledged"u8) ? ServerTopic.Acknowledged
        : reader.ValueTextEquals("notifications/cancelled"u8) ? ServerTopic.Cancelled
        : reader.ValueTextEquals("ping"u8) ? ServerTopic.Ping
        : ServerTopic.Other;

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
