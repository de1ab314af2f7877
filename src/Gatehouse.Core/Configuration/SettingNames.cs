using System.Reflection;
using System.Text.Json;

namespace Gatehouse.Core.Configuration;

/// <summary>On a settings record: its keys may be written with underscores as well, as other programs' files do.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class UnderscoresAllowedAttribute : Attribute;

/// <summary>On a setting: another key that means the same.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AlsoWrittenAttribute(string key) : Attribute
{
    public string Key => key;
}

/// <summary>The keys of a settings record, for the binder and the schema alike.</summary>
internal static class SettingNames
{
    /// <summary>Keys that mean nothing and may stand anywhere.</summary>
    public static bool IsIgnored(string key) => key is "$schema" or "_comment";

    public static IEnumerable<PropertyInfo> SettingsOf(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.SetMethod is { IsPublic: true });

    /// <summary>Every way to write a setting, the preferred one first.</summary>
    public static IEnumerable<string> KeysOf(PropertyInfo property)
    {
        yield return JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        if (property.DeclaringType!.IsDefined(typeof(UnderscoresAllowedAttribute)))
        {
            var underscored = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            if (underscored.Contains('_', StringComparison.Ordinal)) yield return underscored;
        }

        if (property.GetCustomAttribute<AlsoWrittenAttribute>() is { } also) yield return also.Key;
    }

    /// <summary>The key that was probably meant.</summary>
    public static string? Nearest(string key, IEnumerable<string> keys) => keys
        .Select(candidate => (candidate, distance: Distance(key.ToUpperInvariant(), candidate.ToUpperInvariant())))
        .Where(pair => pair.distance <= Math.Max(2, key.Length / 3))
        .OrderBy(pair => pair.distance)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
