using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>Puts one string argument into a <c>tools/call</c>, so that the server learns it from us and not from the caller.</summary>
internal static class ArgumentSplice
{
    /// <param name="message">A message with params.</param>
    /// <param name="name">The argument's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="force">Whether a value that the caller gave is replaced; otherwise it stays.</param>
    public static Envelope Set(Envelope message, string name, string value, bool force)
    {
        if (message.Params is not { } parameters) return message;
        var body = message.Body.Span;
        var literal = JsonText.Encode(value);
        if (message.Arguments is not { } arguments)
        {
            byte[] member = [.. "\"arguments\":{"u8, .. JsonText.Encode(name), (byte)':', .. literal, (byte)'}'];
            return Splice.Rescan(InsertMember(body, parameters, member));
        }

        // To many servers null is the same as nothing.
        if (body[arguments.Start] == (byte)'n') return Splice.Rescan(Splice.Replace(body, arguments, [(byte)'{', .. JsonText.Encode(name), (byte)':', .. literal, (byte)'}']));

        // Anything else but an object is the server's to refuse; there is nothing in it that could pass for our argument.
        if (body[arguments.Start] != (byte)'{') return message;
        var given = ValuesOf(arguments.Of(body), name);
        var isThere = given.Any(value => value.IsExact);
        if (isThere && !force) return message;
        var changed = message.Body.ToArray();
        if (force)
        {
            // A key that occurs twice is replaced twice, and so is one that only a careless server takes for it: the server may read any.
            foreach (var (place, _) in given.Reverse<Given>()) changed = Splice.Replace(changed, place with { Start = arguments.Start + place.Start }, literal);
        }

        if (!isThere) changed = InsertMember(changed, arguments, [.. JsonText.Encode(name), (byte)':', .. literal]);
        return Splice.Rescan(changed);
    }

    /// <param name="Value">Where a value stands.</param>
    /// <param name="IsExact">Whether its key is the name, and does not only resemble it.</param>
    private readonly record struct Given(ByteRange Value, bool IsExact);

    /// <summary>Adds a member at the front of the object that begins where <paramref name="place"/> does.</summary>
    private static byte[] InsertMember(ReadOnlySpan<byte> body, ByteRange place, byte[] member)
    {
        var inside = body[(place.Start + 1)..].TrimStart(" \t\r\n"u8);
        return Splice.Insert(body, place.Start + 1, inside[0] == (byte)'}' ? member : [.. member, (byte)',']);
    }

    private static List<Given> ValuesOf(ReadOnlySpan<byte> arguments, string name)
    {
        var values = new List<Given>();
        var reader = new Utf8JsonReader(arguments, new JsonReaderOptions { MaxDepth = EnvelopeScanner.MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isExact, resembles) = Compare(ref reader, name);
            reader.Read();
            var value = JsonValue.RangeAt(ref reader);
            if (resembles) values.Add(new Given(value, isExact));
        }

        return values;
    }

    private static (bool IsExact, bool Resembles) Compare(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.ValueTextEquals(name) ? (true, true) : (false, LookalikeKey.Resembles(ref reader, name));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: legal grammar, but no text, and so no name either.
            return (false, false);
        }
    }
}
