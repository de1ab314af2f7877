using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What a server says of itself in its answer to <c>initialize</c>, as the bytes it wrote; empty where it says nothing.</summary>
internal sealed record InitializeResult(ReadOnlyMemory<byte> ServerInfo, ReadOnlyMemory<byte> Instructions)
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    /// <summary>The revision that it has chosen.</summary>
    public string? ProtocolVersion { get; private init; }

    /// <param name="message">The whole answer.</param>
    /// <returns>Null if it carries no result.</returns>
    public static InitializeResult? Read(ReadOnlyMemory<byte> message)
    {
        // Its words are copied as they are into an answer of ours, which must stay one.
        if (!Utf8.IsValid(message.Span)) return null;
        try
        {
            var reader = new Utf8JsonReader(message.Span, _options);
            InitializeResult? found = null;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isResult = reader.ValueTextEquals("result"u8);
                reader.Read();
                if (isResult && reader.TokenType == JsonTokenType.StartObject) found = ReadResult(ref reader, message);
                else reader.Skip();
            }

            // Whatever follows the message makes the reader throw.
            reader.Read();
            return found;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The latter is the reader's word for text that is none: half a surrogate pair, or bytes that are not UTF-8.
            return null;
        }
    }

    private static InitializeResult ReadResult(ref Utf8JsonReader reader, ReadOnlyMemory<byte> message)
    {
        var found = new InitializeResult(default, default);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isServerInfo = reader.ValueTextEquals("serverInfo"u8);
            var isInstructions = reader.ValueTextEquals("instructions"u8);
            var isVersion = reader.ValueTextEquals("protocolVersion"u8);
            reader.Read();
            if (isVersion && reader.TokenType == JsonTokenType.String) found = found with { ProtocolVersion = reader.GetString() };
            var value = JsonValue.RangeAt(ref reader).Of(message);
            if (isServerInfo) found = found with { ServerInfo = value };
            if (isInstructions) found = found with { Instructions = value };
        }

        return found;
    }
}
