using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gatehouse.Core.Configuration;

/// <summary>
/// The JSON schema (2020-12) of <c>gatehouse.json</c>, made from the settings records, so that an editor knows what the
/// reader knows: every key in every spelling, every type, every description and default.
/// </summary>
public static class ConfigurationSchema
{
    private const string ReferenceName = "reference";

    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as text, ending with a line feed.</summary>
    public static string Text { get; } = Create().ToJsonString(_indented).ReplaceLineEndings("\n") + "\n";

    public static JsonObject Create()
    {
        var definitions = new JsonObject
        {
            [ReferenceName] = new JsonObject
            {
                ["description"] = "${env:NAME} stands for an environment variable, ${file:PATH} for the content of a file.",
                ["type"] = "string",
                ["pattern"] = @"\$\{(env|file):[^}]+\}",
            },
        };
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "The configuration of Gatehouse",
        };
        foreach (var (keyword, value) in Record(typeof(GatehouseSettings), "", definitions).ToList()) schema[keyword] = value?.DeepClone();
        schema["$defs"] = definitions;
        return schema;
    }

    private static JsonObject Record(Type type, string path, JsonObject definitions)
    {
        var defaults = Activator.CreateInstance(type)!;
        var properties = Ignored();
        var required = new JsonArray();
        var twice = new JsonArray();
        foreach (var setting in SettingNames.SettingsOf(type))
        {
            var keys = SettingNames.KeysOf(setting).ToList();
            var settingPath = path.Length == 0 ? keys[0] : $"{path}.{keys[0]}";
            properties[keys[0]] = Setting(setting, setting.GetValue(defaults), settingPath, definitions);
            foreach (var alias in keys.Skip(1))
            {
                properties[alias] = Described(ValueOf(setting.PropertyType, settingPath, definitions), $"The same as {keys[0]}.");
                twice.Add(new JsonObject { ["required"] = new JsonArray(keys[0], alias) });
            }

            if (setting.IsDefined(typeof(RequiredMemberAttribute)) && !ComesFromElsewhere(settingPath)) required.Add(keys[0]);
        }

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Count > 0) schema["required"] = required;
        if (twice.Count > 0) schema["not"] = new JsonObject { ["anyOf"] = twice };
        return schema;
    }

    private static JsonObject Setting(PropertyInfo setting, object? value, string path, JsonObject definitions)
    {
        var schema = Described(ValueOf(setting.PropertyType, path, definitions), setting.GetCustomAttribute<DescriptionAttribute>()?.Description);
        var plain = setting.IsDefined(typeof(RequiredMemberAttribute)) ? null : DefaultOf(value);
        if (plain is not null) schema["default"] = plain;
        return schema;
    }

    private static JsonObject Described(JsonObject schema, string? description)
    {
        if (description is not null) schema.Insert(0, "description", description);
        return schema;
    }

    private static JsonObject ValueOf(Type type, string path, JsonObject definitions)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ScalarText.Parser(type) is { } scalar) return Scalar(type, scalar);
        if (ElementOf(type, typeof(IReadOnlyList<>)) is { } item)
            return new JsonObject { ["type"] = "array", ["items"] = ValueOf(item, $"{path}[]", definitions) };
        if (ElementOf(type, typeof(IReadOnlyDictionary<,>)) is { } member)
            return new JsonObject { ["type"] = "object", ["properties"] = Ignored(), ["additionalProperties"] = ValueOf(member, $"{path}.*", definitions) };

        var name = JsonNamingPolicy.CamelCase.ConvertName(type.Name.Replace("Settings", "", StringComparison.Ordinal));
        if (!definitions.ContainsKey(name)) definitions[name] = Record(type, path, definitions);
        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }

    /// <summary>A reference may stand for any single value, also for a number.</summary>
    private static JsonObject Scalar(Type type, ScalarText scalar) => type switch
    {
        _ when type == typeof(string) => new JsonObject { ["type"] = "string" },
        _ when type == typeof(Uri) => OrReference(new JsonObject { ["type"] = "string", ["format"] = "uri" }),
        _ when type == typeof(TimeSpan) => OrReference(new JsonObject { ["type"] = "string", ["pattern"] = ScalarText.DurationForm }),
        _ when type == typeof(int) => OrReference(new JsonObject { ["type"] = "integer" }),
        _ when type == typeof(bool) => OrReference(new JsonObject { ["type"] = "boolean" }),
        _ => OrReference(new JsonObject { ["enum"] = new JsonArray([.. scalar.Choices!.Select(choice => JsonValue.Create(choice))]) }),
    };

    private static JsonObject OrReference(JsonObject schema) =>
        new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["$ref"] = $"#/$defs/{ReferenceName}" }) };

    private static JsonObject Ignored() => new() { ["$schema"] = true, ["_comment"] = true };

    /// <summary>Whether the original's environment variables can fill the setting, so that the file need not.</summary>
    private static bool ComesFromElsewhere(string path) => OriginalEnvironment.Kept.Values
        .SelectMany(settings => settings.Split(" and "))
        .Any(setting => setting == path || setting.StartsWith($"{path}.", StringComparison.Ordinal));

    private static JsonNode? DefaultOf(object? value) => value switch
    {
        string text => text,
        Uri url => url.OriginalString,
        int number => number,
        bool flag => flag,
        Enum choice => JsonNamingPolicy.KebabCaseLower.ConvertName(choice.ToString()),
        TimeSpan duration => ScalarText.Write(duration),
        IReadOnlyList<string> { Count: > 0 } list => new JsonArray([.. list.Select(item => JsonValue.Create(item))]),
        _ => null,
    };

    private static Type? ElementOf(Type type, Type generic) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == generic ? type.GetGenericArguments()[^1] : null;
}
