using System.Text.Json.Nodes;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.App;

/// <summary>The settings as rows of a table in the documentation, made from the schema.</summary>
internal static class ConfigurationTable
{
    public static IReadOnlyList<Row> Rows()
    {
        var schema = ConfigurationSchema.Create();
        var rows = new List<Row>();
        Add(schema, schema, "", rows);
        return rows;
    }

    private static void Add(JsonObject schema, JsonObject record, string path, List<Row> rows)
    {
        foreach (var (key, node) in record["properties"]!.AsObject())
        {
            if (node is not JsonObject setting) continue; // $schema and _comment
            var meaning = setting["description"]?.GetValue<string>() ?? "";
            if (meaning.StartsWith("The same as ", StringComparison.Ordinal)) continue;
            var keyPath = path.Length == 0 ? key : $"{path}.{key}";
            if (Inner(schema, setting, keyPath) is var (inner, innerPath))
            {
                Add(schema, inner, innerPath, rows);
                continue;
            }

            rows.Add(new Row(keyPath, TypeOf(setting), setting["default"] is JsonArray list ? string.Join(", ", list) : setting["default"]?.ToString() ?? "", meaning));
        }
    }

    /// <summary>The record behind a key: itself, the items of a list, or the members of a map.</summary>
    private static (JsonObject Record, string Path)? Inner(JsonObject schema, JsonObject setting, string path)
    {
        var (node, at) = setting switch
        {
            _ when setting["items"] is JsonObject items => (items, $"{path}[]"),
            _ when setting["additionalProperties"] is JsonObject members => (members, $"{path}.NAME"),
            _ => (setting, path),
        };
        return node["$ref"]?.GetValue<string>() is { } reference && reference != "#/$defs/reference"
            ? (schema["$defs"]![reference.Split('/')[^1]]!.AsObject(), at)
            : null;
    }

    private static string TypeOf(JsonObject setting) => setting switch
    {
        _ when setting["anyOf"] is JsonArray choices => TypeOf(choices[0]!.AsObject()),
        _ when setting["enum"] is JsonArray names => string.Join(", ", names.Select(name => $"`{name}`")),
        _ when setting["items"] is JsonObject items => $"list: {TypeOf(items)}",
        _ when setting["additionalProperties"] is JsonObject members => $"by name: {TypeOf(members)}",
        _ when setting["format"] is not null => "URL",
        _ when setting["pattern"] is not null => "duration",
        _ => setting["type"]!.GetValue<string>() switch { "integer" => "whole number", "boolean" => "true or false", _ => "text" },
    };

    public sealed record Row(string Key, string Type, string Default, string Meaning)
    {
        public override string ToString() => $"| `{Key}` | {Type} | {(Default.Length == 0 ? "" : $"`{Default}`")} | {Meaning.Replace("|", @"\|", StringComparison.Ordinal)} |";
    }
}
