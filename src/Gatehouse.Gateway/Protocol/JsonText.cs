using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>Text as a JSON string literal.</summary>
internal static class JsonText
{
    /// <summary>The literal in UTF-8, quotes included.</summary>
    public static byte[] Encode(string text)
    {
        var encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var literal = new byte[encoded.Length + 2];
        literal[0] = literal[^1] = (byte)'"';
        encoded.CopyTo(literal.AsSpan(1));
        return literal;
    }
}
