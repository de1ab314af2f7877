using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>The parts of a server's <c>InitializeResult</c> that a client of a shared child gets to see as they are.</summary>
internal readonly record struct InitializeResult(ByteRange? ServerInfo, ByteRange? Instructions)
{
    /// <param name="result">The result's object.</param>
    public static InitializeResult Read(ReadOnlySpan<byte> result)
    {
        var found = default(InitializeResult);
        var reader = new Utf8JsonReader(result, new JsonReaderOptions { MaxDepth = EnvelopeScanner.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return found;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isServerInfo = reader.ValueTextEquals("serverInfo"u8);
            var isInstructions = reader.ValueTextEquals("instructions"u8);
            reader.Read();
            var value = JsonValue.RangeAt(ref reader);
            if (isServerInfo) found = found with { ServerInfo = value };
            if (isInstructions) found = found with { Instructions = value };
        }

        return found;
    }
}
