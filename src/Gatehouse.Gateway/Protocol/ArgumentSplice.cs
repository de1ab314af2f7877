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

        // Anything but an object is the server's to refuse; there is nothing in it that could pass for our argument.
        if (body[arguments.Start] != (byte)'{') return message;
        var given = ValuesOf(arguments.Of(body), name);
        if (given.Count == 0) return Splice.Rescan(InsertMember(body, arguments, [.. JsonText.Encode(name), (byte)':', .. literal]));
        if (!force) return message;

        // A key that occurs twice is replaced twice: the server may read either.
        var changed = message.Body.ToArray();
        for (var i = given.Count - 1; i >= 0; i--)
        {
            changed = Splice.Replace(changed, given[i] with { Start = arguments.Start + given[i].Start }, literal);
        }

        return Splice.Rescan(changed);
    }

    /// <summary>Adds a member at the front of the object at <paramref name="range"/>.</summary>
    private static byte[] InsertMember(ReadOnlySpan<byte> body, ByteRange range, byte[] member)
    {
        var inside = body[(range.Start + 1)..range.End].TrimStart(" \t\r\n"u8);
        return Splice.Insert(body, range.Start + 1, inside[0] == (byte)'}' ? member : [.. member, (byte)',']);
    }

    private static List<ByteRange> ValuesOf(ReadOnlySpan<byte> arguments, string name)
    {
        var values = new List<ByteRange>();
        var reader = new Utf8JsonReader(arguments, new JsonReaderOptions { MaxDepth = EnvelopeScanner.MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var ours = reader.ValueTextEquals(name);
            reader.Read();
            var value = JsonValue.RangeAt(ref reader);
            if (ours) values.Add(value);
        }

        return values;
    }
}
