using System.Text;
using CsCheck;

namespace Gatehouse.Tests.Gateway.Protocol;

/// <summary>Random JSON text: any nesting, whitespace, escapes, and keys that are near those that matter.</summary>
internal static class RandomMessages
{
    private static readonly string[] _keys =
        ["jsonrpc", "id", "method", "params", "result", "error", "name", "uri", "arguments", "_meta", "cursor", "ref", "progressToken", "Name", "x", ""];

    private static readonly Gen<string> _space = OneOf("", "", "", " ", "\n\t ", "\r\n");

    private static readonly Gen<string> _text = Gen.OneOf(OneOf(_keys), OneOf("2.0", "tools/call", "a\"b\\c", "žluť", "😀", "\u0000", "\u2028"));

    public static readonly Gen<string> Text = Gen.Select(_text, Gen.Int[0, 3], Quote);

    public static readonly Gen<string> Value = Gen.Recursive<string>((depth, self) => depth > 3
        ? Scalar
        : Gen.Frequency((3, Scalar), (1, ArrayOf(self)), (2, ObjectOf(self))));

    private static Gen<string> Scalar => Gen.OneOf(Text, Gen.Int.Select(number => number.ToString()), OneOf("null", "true", "false", "1.50", "-0", "1e400"));

    public static readonly Gen<string> Message = Gen.Select(
        Gen.Shuffle(new[] { "jsonrpc", "id", "method", "params" }),
        Gen.Select(Gen.OneOf(Text, Gen.Int.Select(number => number.ToString())), Text),
        ObjectOf(Value),
        _space,
        (order, idAndMethod, parameters, space) => $"{space}{{{string.Join(",", order.Select(key => $"{space}\"{key}\"{space}:{key switch
        {
            "jsonrpc" => "\"2.0\"",
            "id" => idAndMethod.Item1,
            "method" => idAndMethod.Item2,
            _ => parameters,
        }}"))}}}{space}");

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static Gen<string> ArrayOf(Gen<string> item) =>
        Gen.Select(item.Array[0, 3], _space, (items, space) => $"[{space}{string.Join(space + "," + space, items)}]");

    private static Gen<string> ObjectOf(Gen<string> value) =>
        Gen.Select(Gen.Select(Text, value).Array[0, 5], _space, (members, space) =>
            $"{{{space}{string.Join($"{space},", members.Select(member => $"{member.Item1}{space}:{space}{member.Item2}"))}}}");

    /// <summary>Writes a string with none (0), some, or all (3) of its characters escaped.</summary>
    private static string Quote(string text, int escapes)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            var must = text[i] is '"' or '\\' or < ' ';
            var pair = char.IsSurrogate(text[i]);
            if (must || escapes == 3 || (escapes > 0 && !pair && i % escapes == 0))
            {
                quoted.Append("\\u").Append(((int)text[i]).ToString("x4"));
            }
            else
            {
                quoted.Append(text[i]);
            }
        }

        return quoted.Append('"').ToString();
    }
}
