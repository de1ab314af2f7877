using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Configuration;

/// <summary>JSON with comments and trailing commas; keys that are written twice are faults, not a choice.</summary>
internal ref struct JsoncParser
{
    private static readonly JsonReaderOptions _options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 };

    private readonly string _fileName;
    private readonly ReadOnlySpan<byte> _content;
    private readonly List<ConfigurationFault> _faults;
    private Utf8JsonReader _reader;

    private JsoncParser(string fileName, ReadOnlySpan<byte> content, List<ConfigurationFault> faults)
    {
        _fileName = fileName;
        _content = content;
        _faults = faults;
        _reader = new Utf8JsonReader(content, _options);
    }

    /// <returns>The file's object, or null if the file is no such thing: then the fault says where it stops being one.</returns>
    public static JsoncNode.Map? Parse(string fileName, ReadOnlySpan<byte> content, List<ConfigurationFault> faults)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        try
        {
            var parser = new JsoncParser(fileName, content, faults);
            parser._reader.Read();
            var node = parser.Value("");
            parser._reader.Read();
            if (node is JsoncNode.Map map) return map;
            faults.Add(new(node.Origin, "", $"is {node.Kind}; the configuration is an object: {{ … }}"));
        }
        catch (JsonException failure)
        {
            faults.Add(new(Origin(fileName, (failure.LineNumber ?? 0) + 1), "", "is not valid JSON here. Comments and trailing commas are allowed, other liberties are not."));
        }
        catch (InvalidOperationException)
        {
            faults.Add(new(fileName, "", "holds text that is not valid UTF-8."));
        }

        return null;
    }

    private JsoncNode Value(string path) => _reader.TokenType switch
    {
        JsonTokenType.StartObject => Object(path),
        JsonTokenType.StartArray => Array(path),
        JsonTokenType.String => new JsoncNode.Text(Here(), _reader.GetString()!),
        JsonTokenType.Number => new JsoncNode.Number(Here(), Encoding.UTF8.GetString(_reader.ValueSpan)),
        JsonTokenType.True or JsonTokenType.False => new JsoncNode.Flag(Here(), _reader.GetBoolean()),
        _ => new JsoncNode.Null(Here()),
    };

    private JsoncNode.Map Object(string path)
    {
        var origin = Here();
        var members = new List<KeyValuePair<string, JsoncNode>>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var key = _reader.GetString()!;
            var keyPath = path.Length == 0 ? key : $"{path}.{key}";
            if (members.Any(member => member.Key == key)) _faults.Add(new(Here(), keyPath, "is written twice; keep one."));
            _reader.Read();
            members.Add(new(key, Value(keyPath)));
        }

        return new JsoncNode.Map(origin, members);
    }

    private JsoncNode.List Array(string path)
    {
        var origin = Here();
        var items = new List<JsoncNode>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) items.Add(Value($"{path}[{items.Count.ToString(CultureInfo.InvariantCulture)}]"));
        return new JsoncNode.List(origin, items);
    }

    private readonly string Here() => Origin(_fileName, _content[..(int)_reader.TokenStartIndex].Count((byte)'\n') + 1);

    private static string Origin(string fileName, long line) => string.Create(CultureInfo.InvariantCulture, $"{fileName}:{line}");
}
