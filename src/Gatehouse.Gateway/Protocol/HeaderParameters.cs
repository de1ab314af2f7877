using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>
/// The <c>x-mcp-header</c> annotations of a tool's <c>inputSchema</c>: which arguments also travel as headers (2026-07-28,
/// "Streamable HTTP"). They may only stand where a chain of <c>properties</c> leads to, on a string, an integer or a boolean.
/// </summary>
internal static class HeaderParameters
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };
    private static readonly SearchValues<char> _token = SearchValues.Create("!#$%&'*+-.^_`|~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Where the keyword's value is a schema, an array of schemas, or a map of them. Everything else in a schema is data.</summary>
    private enum Subschema
    {
        None,
        Properties,
        One,
        Map,
    }

    /// <param name="tool">A tool's definition.</param>
    /// <returns>Why no client could call it; null if all is well.</returns>
    public static string? FaultOf(ReadOnlySpan<byte> tool)
    {
        // Nearly no tool has any; a key that is written with escapes is not one that a server means.
        if (tool.IndexOf("x-mcp-header"u8) < 0) return null;
        var reader = new Utf8JsonReader(tool, _options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSchema = reader.ValueTextEquals("inputSchema"u8);
            reader.Read();
            if (isSchema && reader.TokenType == JsonTokenType.StartObject)
            {
                if (FaultOf(ref reader, isReachable: false, isInside: true, new HashSet<string>(StringComparer.OrdinalIgnoreCase)) is { } fault) return fault;
            }

            reader.Skip();
        }

        return null;
    }

    /// <summary>Reads the schema whose start the reader stands on, to its end unless there is a fault.</summary>
    /// <param name="isReachable">Whether an annotation may stand here.</param>
    /// <param name="isInside">Whether it may stand in the properties of this one.</param>
    private static string? FaultOf(ref Utf8JsonReader reader, bool isReachable, bool isInside, HashSet<string> names)
    {
        string? name = null, type = null;
        var isAnnotated = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("x-mcp-header"u8))
            {
                reader.Read();
                (isAnnotated, name) = (true, reader.TokenType == JsonTokenType.String ? reader.GetString() : null);
                reader.Skip();
                continue;
            }

            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
                continue;
            }

            var subschema = SubschemaOf(ref reader);
            reader.Read();
            if (FaultIn(ref reader, subschema, isInside, names) is { } fault) return fault;
        }

        return isAnnotated ? FaultOf(name, type, isReachable, names) : null;
    }

    private static string? FaultIn(ref Utf8JsonReader reader, Subschema subschema, bool isInside, HashSet<string> names)
    {
        var isChain = isInside && subschema == Subschema.Properties;
        switch (subschema)
        {
            case Subschema.One when reader.TokenType == JsonTokenType.StartObject:
                return FaultOf(ref reader, isReachable: false, isInside: false, names);
            case Subschema.One when reader.TokenType == JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (FaultInValue(ref reader, isChain: false, names) is { } fault) return fault;
                }

                return null;
            case Subschema.Properties or Subschema.Map when reader.TokenType == JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    reader.Read();
                    if (FaultInValue(ref reader, isChain, names) is { } fault) return fault;
                }

                return null;
            default:
                reader.Skip();
                return null;
        }
    }

    private static string? FaultInValue(ref Utf8JsonReader reader, bool isChain, HashSet<string> names)
    {
        if (reader.TokenType == JsonTokenType.StartObject) return FaultOf(ref reader, isChain, isChain, names);
        reader.Skip();
        return null;
    }

    private static string? FaultOf(string? name, string? type, bool isReachable, HashSet<string> names) =>
        !isReachable ? "x-mcp-header stands where no chain of properties leads to"
        : string.IsNullOrEmpty(name) ? "x-mcp-header is no text, or empty"
        : name.AsSpan().ContainsAnyExcept(_token) ? "x-mcp-header is no header name (RFC 9110 section 5.1)"
        : type is not ("string" or "integer" or "boolean") ? $"x-mcp-header {name} stands on a parameter that is no string, integer or boolean"
        : !names.Add(name) ? $"x-mcp-header {name} is there twice"
        : null;

    private static Subschema SubschemaOf(ref Utf8JsonReader reader) => reader.GetString() switch
    {
        "properties" => Subschema.Properties,
        "patternProperties" or "dependentSchemas" or "$defs" or "definitions" => Subschema.Map,
        "items" or "prefixItems" or "contains" or "additionalProperties" or "unevaluatedProperties" or "unevaluatedItems" or "propertyNames"
            or "oneOf" or "anyOf" or "allOf" or "not" or "if" or "then" or "else" => Subschema.One,
        _ => Subschema.None,
    };
}
