using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Gatehouse.Core.Configuration;

/// <summary>Makes settings records from what was written. A value of the wrong type is a fault, never a default.</summary>
internal sealed class SettingsBinder(References references, List<ConfigurationFault> faults)
{
    private static readonly object _failed = new();

    private readonly Dictionary<string, string> _origins = new(StringComparer.Ordinal);

    /// <summary>Where each key path was written.</summary>
    public IReadOnlyDictionary<string, string> Origins => _origins;

    /// <summary>Binds the whole; a value of no use if there were faults.</summary>
    public T? Bind<T>(JsoncNode.Map node) where T : class => Record(typeof(T), node, "") as T;

    private object Value(Type type, JsoncNode node, string path)
    {
        _origins[path] = node.Origin;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ElementOf(type, typeof(IReadOnlyList<>)) is { } item) return List(item, node, path);
        if (ElementOf(type, typeof(IReadOnlyDictionary<,>)) is { } member) return Dictionary(member, node, path);
        return ScalarText.Parser(type) is { } scalar ? Scalar(scalar, node, path) : Record(type, node, path);
    }

    private object Record(Type type, JsoncNode node, string path)
    {
        if (node is not JsoncNode.Map map) return Wrong(node, path, "an object");
        var record = Activator.CreateInstance(type)!;
        var settings = SettingNames.SettingsOf(type).ToList();
        var byKey = settings.SelectMany(setting => SettingNames.KeysOf(setting).Select(key => (key, setting))).ToDictionary(pair => pair.key, pair => pair.setting);
        var written = new Dictionary<PropertyInfo, string>();
        foreach (var (key, child) in map.Members.Where(member => !SettingNames.IsIgnored(member.Key)))
        {
            var keyPath = Join(path, key);
            if (!byKey.TryGetValue(key, out var setting))
            {
                var meant = SettingNames.Nearest(key, byKey.Keys) is { } nearest ? $"Did you mean {nearest}?" : $"Known here: {string.Join(", ", settings.Select(known => SettingNames.KeysOf(known).First()))}.";
                faults.Add(new(child.Origin, keyPath, $"is not a setting. {meant}"));
            }
            else if (!written.TryAdd(setting, key))
            {
                if (written[setting] != key) faults.Add(new(child.Origin, keyPath, $"means the same as {written[setting]}, which is written as well; keep one."));
            }
            else if (Value(setting.PropertyType, child, Join(path, SettingNames.KeysOf(setting).First())) is var value && !ReferenceEquals(value, _failed))
            {
                setting.SetValue(record, value);
            }
        }

        foreach (var missing in settings.Where(setting => setting.IsDefined(typeof(RequiredMemberAttribute)) && !written.ContainsKey(setting)))
        {
            faults.Add(new(node.Origin, Join(path, SettingNames.KeysOf(missing).First()), "is missing."));
        }

        return record;
    }

    private object List(Type item, JsoncNode node, string path)
    {
        if (node is not JsoncNode.List list) return Wrong(node, path, "a list");
        var values = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        for (var i = 0; i < list.Items.Count; i++)
        {
            var value = Value(item, list.Items[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
            if (!ReferenceEquals(value, _failed)) values.Add(value);
        }

        return values;
    }

    private object Dictionary(Type member, JsoncNode node, string path)
    {
        if (node is not JsoncNode.Map map) return Wrong(node, path, "an object");
        var type = typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), member);
        var values = (System.Collections.IDictionary)Activator.CreateInstance(type)!;
        foreach (var (key, child) in map.Members.Where(entry => !SettingNames.IsIgnored(entry.Key)))
        {
            var value = Value(member, child, Join(path, key));
            if (!ReferenceEquals(value, _failed)) values[key] = value;
        }

        return values;
    }

    private object Scalar(ScalarText scalar, JsoncNode node, string path)
    {
        var text = node switch
        {
            JsoncNode.Text written => references.Expand(written.Value, node.Origin, path),
            JsoncNode.Number number when scalar.TakesNumbers => number.Literal,
            JsoncNode.Flag flag when scalar.TakesFlags => flag.Value ? "true" : "false",
            _ => null,
        };

        // A reference is text even where a number is wanted; a plain string there is a mistake.
        var plainText = node is JsoncNode.Text { Value: var value } && !value.Contains("${", StringComparison.Ordinal);
        if (text is null || (plainText && !scalar.TakesText)) return Wrong(node, path, scalar.Expected);
        if (scalar.Parse(text) is { } parsed) return parsed;
        if (!plainText || text.Length > 0) faults.Add(new(node.Origin, path, $"must be {scalar.Expected}."));
        else faults.Add(new(node.Origin, path, $"is empty; it must be {scalar.Expected}."));
        return _failed;
    }

    private object Wrong(JsoncNode node, string path, string expected)
    {
        faults.Add(new(node.Origin, path, $"is {node.Kind}; it must be {expected}."));
        return _failed;
    }

    private static Type? ElementOf(Type type, Type generic) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == generic ? type.GetGenericArguments()[^1] : null;

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
