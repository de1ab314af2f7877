using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Gatehouse.App.Cli;

/// <summary>A time as people write it: a date, a date with a time, or how long ago.</summary>
internal static partial class PointInTime
{
    private const string Expected = "write how long ago (30m, 2h, 1d, 2w), a date (2026-11-25) or a time (2026-11-25T14:30, 2026-11-25T14:30:00+01:00); without an offset it is UTC";

    private static readonly string[] _forms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    public static Option<DateTimeOffset?> Option(string name, string description, TimeProvider time) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Parse(result, time.GetUtcNow()),
    };

    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (Ago().Match(text) is { Success: true } ago)
        {
            var number = int.Parse(ago.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return now - ago.Groups[2].Value switch
            {
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                "d" => TimeSpan.FromDays(number),
                _ => TimeSpan.FromDays(7L * number),
            };
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(text, _forms, CultureInfo.InvariantCulture, Utc, out var time) ? time : null;
    }

    private static DateTimeOffset? Parse(ArgumentResult result, DateTimeOffset now)
    {
        var text = result.Tokens.Single().Value;
        var time = Parse(text, now);
        if (time is null) result.AddError($"'{text}' is no time: {Expected}.");
        return time;
    }

    [GeneratedRegex("^([0-9]{1,5})([smhdw])$")]
    private static partial Regex Ago();
}
