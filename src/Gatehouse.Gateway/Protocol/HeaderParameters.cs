using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>An argument that also travels as a header.</summary>
/// <param name="Name">What follows <c>Mcp-Param-</c> in the header's name.</param>
/// <param name="Path">The keys that lead to it from the arguments.</param>
internal sealed record HeaderParameter(string Name, IReadOnlyList<string> Path);

/// <summary>
/// The <c>x-mcp-header</c> annotations of a tool's <c>inputSchema</c>: which arguments also travel as headers (2026-07-28,
/// "Streamable HTTP"). They may only stand where a chain of <c>properties</c> leads to, on a string, an integer or a boolean.
/// </summary>
internal sealed class HeaderParameters
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };
    private static readonly SearchValues<char> _token = SearchValues.Create("!#$%&'*+-.^_`|~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    private static readonly IReadOnlyList<HeaderParameter> _none = [];

    private readonly List<HeaderParameter> _found = [];

    private HeaderParameters()
    {
    }

    /// <summary>Where the keyword's value is a schema, an array of schemas, or a map of them. Everything else in a schema is data.</summary>
    private enum Subschema
    {
        None,
        Properties,
        One,
        Map,
    }

    /// <param name="tool">A tool's definition.</param>
    /// <param name="fault">Why no client could call it; null if all is well.</param>
    public static IReadOnlyList<HeaderParameter> Of(ReadOnlySpan<byte> tool, out string? fault)
    {
        fault = null;

        // Nearly no tool has any; a key that is written with escapes is not one that a server means.
        if (tool.IndexOf("x-mcp-header"u8) < 0) return _none;
        var parameters = new HeaderParameters();
        var reader = new Utf8JsonReader(tool, _options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSchema = reader.ValueTextEquals("inputSchema"u8);
            reader.Read();
            if (isSchema && reader.TokenType == JsonTokenType.StartObject)
            {
                fault = parameters.FaultOf(ref reader, [], isReachable: true);
                if (fault is not null) return _none;
            }

            reader.Skip();
        }

        return parameters._found;
    }

    /// <summary>Reads the schema whose start the reader stands on, to its end unless there is a fault.</summary>
    /// <param name="path">The properties that lead to it.</param>
    /// <param name="isReachable">Whether nothing but properties does.</param>
    private string? FaultOf(ref Utf8JsonReader reader, string[] path, bool isReachable)
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
            if (FaultIn(ref reader, subschema, path, isReachable) is { } fault) return fault;
        }

        if (!isAnnotated) return null;
        if (FaultOf(name, type, isReachable && path.Length > 0) is { } own) return own;
        _found.Add(new HeaderParameter(name!, path));
        return null;
    }

    private string? FaultIn(ref Utf8JsonReader reader, Subschema subschema, string[] path, bool isReachable)
    {
        switch (subschema)
        {
            case Subschema.One when reader.TokenType == JsonTokenType.StartObject:
                return FaultOf(ref reader, path, isReachable: false);
            case Subschema.One when reader.TokenType == JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (FaultInValue(ref reader, path, isReachable: false) is { } fault) return fault;
                }

                return null;
            case Subschema.Properties or Subschema.Map when reader.TokenType == JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string[] inside = [.. path, reader.GetString()!];
                    reader.Read();
                    if (FaultInValue(ref reader, inside, isReachable && subschema == Subschema.Properties) is { } fault) return fault;
                }

                return null;
            default:
                reader.Skip();
                return null;
        }
    }

    private string? FaultInValue(ref Utf8JsonReader reader, string[] path, bool isReachable)
    {
        if (reader.TokenType == JsonTokenType.StartObject) return FaultOf(ref reader, path, isReachable);
        reader.Skip();
        return null;
    }

    private string? FaultOf(string? name, string? type, bool isReachable) =>
        !isReachable ? "x-mcp-header stands where no chain of properties leads to"
        : string.IsNullOrEmpty(name) ? "x-mcp-header is no text, or empty"
        : name.AsSpan().ContainsAnyExcept(_token) ? "x-mcp-header is no header name (RFC 9110 section 5.1)"
        : type is not ("string" or "integer" or "boolean") ? $"x-mcp-header {name} stands on a parameter that is no string, integer or boolean"
        : _found.Exists(other => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)) ? $"x-mcp-header {name} is there twice"
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
