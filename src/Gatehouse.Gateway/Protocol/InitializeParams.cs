using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What a client says of itself in <c>initialize</c>, as the bytes it wrote; empty where it says nothing.</summary>
internal sealed record InitializeParams(ReadOnlyMemory<byte> Capabilities, ReadOnlyMemory<byte> ClientInfo)
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    /// <param name="message">The request; the scanner has read it, so it is well-formed.</param>
    public static InitializeParams Read(Envelope message)
    {
        var said = new InitializeParams(default, default);
        if (message.Params is not { } range) return said;
        var bytes = range.Of(message.Body);
        var reader = new Utf8JsonReader(bytes.Span, _options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCapabilities = reader.ValueTextEquals("capabilities"u8);
            var isClientInfo = reader.ValueTextEquals("clientInfo"u8);
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            var value = JsonValue.RangeAt(ref reader).Of(bytes);
            if (isCapabilities && isObject) said = said with { Capabilities = value };
            if (isClientInfo && isObject) said = said with { ClientInfo = value };
        }

        return said;
    }
}
