using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gatehouse.Core.Configuration;

/// <summary>How one kind of single value is written.</summary>
/// <param name="Expected">What would be right, as the end of a sentence.</param>
/// <param name="Parse">The value, or null if the text is none.</param>
internal sealed partial record ScalarText(string Expected, Func<string, object?> Parse)
{
    /// <summary>How a duration is written: a number and its unit.</summary>
    public const string DurationForm = "^([0-9]{1,9})([smhd])$";

    public bool TakesText { get; private init; } = true;

    public bool TakesNumbers { get; private init; }

    public bool TakesFlags { get; private init; }

    /// <summary>The names that an enum has, or null for another kind.</summary>
    public IReadOnlyList<string>? Choices { get; private init; }

    /// <returns>Null for a type that is no single value.</returns>
    public static ScalarText? Parser(Type type) => type switch
    {
        _ when type == typeof(string) => new("a string", text => text),
        _ when type == typeof(Uri) => new("an absolute URL", text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && !uri.IsFile ? uri : null),
        _ when type == typeof(TimeSpan) => new("a duration such as 30s, 10m, 8h or 90d", Duration),
        _ when type == typeof(int) => new("a whole number", text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null) { TakesText = false, TakesNumbers = true },
        _ when type == typeof(bool) => new("true or false", text => bool.TryParse(text, out var value) ? value : null) { TakesText = false, TakesFlags = true },
        { IsEnum: true } => Enumeration(type),
        _ => null,
    };

    private static ScalarText Enumeration(Type type)
    {
        var names = Enum.GetNames(type).ToDictionary(JsonNamingPolicy.KebabCaseLower.ConvertName, name => Enum.Parse(type, name), StringComparer.Ordinal);
        var choices = names.Keys.ToList();
        if (type == typeof(ServerTransport))
        {
            foreach (var alias in new[] { "streamable-http", "streamableHttp", "streamablehttp", "streamable_http" }) names[alias] = ServerTransport.Http;
        }

        var expected = type == typeof(ServerTransport) ? "http (Streamable HTTP), sse (the older HTTP+SSE) or stdio" : string.Join(" or ", choices);
        return new ScalarText(expected, names.GetValueOrDefault) { Choices = [.. names.Keys] };
    }

    private static object? Duration(string text)
    {
        if (DurationPattern().Match(text) is not { Success: true } match) return null;
        if (!int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        return match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => number <= 36500 ? TimeSpan.FromDays(number) : null,
        };
    }

    /// <summary>The shortest way to write it that <see cref="Parser"/> reads.</summary>
    public static string Write(TimeSpan duration) => duration switch
    {
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerDay == 0 => string.Create(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerDay}d"),
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerHour}h"),
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerMinute}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerSecond}s"),
    };

    [GeneratedRegex(DurationForm)]
    private static partial Regex DurationPattern();
}
