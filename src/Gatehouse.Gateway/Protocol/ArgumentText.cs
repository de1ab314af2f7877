using System.Globalization;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>One argument of a call, as a header would tell it (2026-07-28, "Streamable HTTP: custom headers").</summary>
internal readonly struct ArgumentText
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    private ArgumentText(ArgumentState state, string? text = null, decimal? number = null) => (State, Text, Number) = (state, text, number);

    public enum ArgumentState
    {
        /// <summary>It is not there, or null: no header is expected.</summary>
        Absent,

        /// <summary>A text, a number or a boolean.</summary>
        Plain,

        /// <summary>Something that no header can tell, or that is there twice, so that readers differ about it.</summary>
        Unclear,
    }

    public ArgumentState State { get; }

    /// <summary>The value; for a number the digits as they came.</summary>
    private string? Text { get; }

    private decimal? Number { get; }

    /// <summary>Whether a client has to send the header: not for a number that JavaScript cannot hold.</summary>
    public bool IsExpected => State is ArgumentState.Plain && Number is not (< -9_007_199_254_740_991 or > 9_007_199_254_740_991);

    /// <param name="arguments">The object of the arguments; empty if there is none.</param>
    /// <param name="path">The keys that lead to it.</param>
    public static ArgumentText At(ReadOnlySpan<byte> arguments, IReadOnlyList<string> path)
    {
        if (arguments.IsEmpty) return new(ArgumentState.Absent);
        try
        {
            return Find(arguments, path);
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: legal JSON, but no text.
            return new(ArgumentState.Unclear);
        }
    }

    /// <summary>Whether a header's value, decoded, says the same. Numbers are compared as numbers: 42.0 is 42.</summary>
    public bool Says(string header) => State is ArgumentState.Plain
        && (header == Text || (Number is { } number && decimal.TryParse(header, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var told) && told == number));

    private static ArgumentText Find(ReadOnlySpan<byte> arguments, IReadOnlyList<string> path)
    {
        var reader = new Utf8JsonReader(arguments, _options);
        reader.Read();
        foreach (var key in path)
        {
            if (reader.TokenType != JsonTokenType.StartObject) return new(reader.TokenType == JsonTokenType.Null ? ArgumentState.Absent : ArgumentState.Unclear);
            switch (Enter(ref reader, key))
            {
                case 0: return new(ArgumentState.Absent);
                case > 1: return new(ArgumentState.Unclear);
            }
        }

        return reader.TokenType switch
        {
            JsonTokenType.Null => new(ArgumentState.Absent),
            JsonTokenType.String => new(ArgumentState.Plain, reader.GetString()),
            JsonTokenType.True => new(ArgumentState.Plain, "true"),
            JsonTokenType.False => new(ArgumentState.Plain, "false"),
            JsonTokenType.Number => new(ArgumentState.Plain, System.Text.Encoding.UTF8.GetString(reader.ValueSpan), reader.TryGetDecimal(out var number) ? number : null),
            _ => new(ArgumentState.Unclear),
        };
    }

    /// <summary>Moves the reader from an object's start to the value under a key.</summary>
    /// <returns>How often the key is there.</returns>
    private static int Enter(ref Utf8JsonReader reader, string key)
    {
        var found = reader;
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(key);
            reader.Read();
            if (isIt)
            {
                found = reader;
                count++;
            }

            reader.Skip();
        }

        reader = found;
        return count;
    }
}
