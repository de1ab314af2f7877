using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What the audit trail keeps of arguments.</summary>
internal static partial class ArgumentRecord
{
    /// <summary>A record beyond this many bytes says only how large the arguments were.</summary>
    public const int MaxLength = 16 * 1024;

    private const string Masked = "[masked]";

    private static readonly JsonReaderOptions _reading = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    /// <summary>Key names, and the size of each value in bytes: <c>{"path":12,"recursive":4}</c>.</summary>
    public static string Summary(ReadOnlySpan<byte> arguments) => Write(arguments, static (ref Utf8JsonReader reader, Utf8JsonWriter json) =>
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            json.WritePropertyName(reader.GetString()!);
            reader.Read();
            json.WriteNumberValue(JsonValue.RangeAt(ref reader).Length);
        }
    });

    /// <summary>The values, with those masked that look like secrets by their key or by their form.</summary>
    public static string Full(ReadOnlySpan<byte> arguments) => Write(arguments, static (ref Utf8JsonReader reader, Utf8JsonWriter json) =>
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) CopyMember(ref reader, json);
    });

    private delegate void Body(ref Utf8JsonReader reader, Utf8JsonWriter json);

    private static string Write(ReadOnlySpan<byte> arguments, Body body)
    {
        var reader = new Utf8JsonReader(arguments, _reading);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return TooMuch(arguments.Length);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            try
            {
                body(ref reader, json);
            }
            catch (InvalidOperationException)
            {
                // An escaped half of a surrogate pair: legal JSON, but no text that a database would take.
                return TooMuch(arguments.Length);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenCount <= MaxLength ? Encoding.UTF8.GetString(buffer.WrittenSpan) : TooMuch(arguments.Length);
    }

    /// <summary>Only the size, under a key that no tool's argument can be mistaken for.</summary>
    private static string TooMuch(int bytes) => $$"""{"(bytes)":{{bytes}}}""";

    private static void CopyMember(ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        var key = reader.GetString()!;
        json.WritePropertyName(key);
        reader.Read();
        if (!SecretKey().IsMatch(key))
        {
            CopyValue(ref reader, json);
            return;
        }

        reader.Skip();
        json.WriteStringValue(Masked);
    }

    private static void CopyValue(ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                json.WriteStartObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) CopyMember(ref reader, json);
                json.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                json.WriteStartArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) CopyValue(ref reader, json);
                json.WriteEndArray();
                break;
            case JsonTokenType.String:
                var text = reader.GetString()!;
                json.WriteStringValue(SecretForm().IsMatch(text) ? Masked : text);
                break;
            default:
                json.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    [GeneratedRegex("pass(word|wd|phrase)?$|^pwd$|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|authorization|cookie|^auth$|session[-_]?id", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretKey();

    /// <summary>Known shapes: JWTs, private keys, bearer headers, URLs with a password, and the prefixes of well-known services.</summary>
    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY|\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}|://[^/\s:@]+:[^/\s@]+@|\b(sk|pk|rk)[-_](live|test|ant|proj)[-_]|\bgh[pousr]_[A-Za-z0-9]{20}|\bgithub_pat_|\bxox[abprs]-|\bAKIA[0-9A-Z]{16}|\bAIza[0-9A-Za-z_-]{30}|\bya29\.|\bglpat-", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretForm();
}
