using System.Text;
using CsCheck;

namespace Gatehouse.Tests.Gateway.Protocol;

/// <summary>
/// Random bytes that are nearly what the protocol wants: messages of every kind with everything unusual that JSON allows,
/// list pages, streams of events. Unlike <see cref="RandomMessages"/> they need not be right.
/// </summary>
internal static class RandomWire
{
    private static readonly Gen<string> _scalar = OneOf(
        "null", "true", "false", "0", "-0", "1", "1.0", "1e400", "-1.5E-7", "18446744073709551616", "99999999999999999999999999999999999999", "7",
        "\"\"", "\"2.0\"", "\"a\"", "\"\\u0061\"", "\"\\/\\b\\f\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83d\\ude00\"", "\"😀\"", "\"ž\\\"x\"", "\"2026-07-28\"", "\"\u2028\"",
        "{}", "[]", "[{}]");

    private static readonly Gen<string> _space = OneOf("", "", "", " ", "\n", "\r\n\t");

    private static readonly Gen<string> _value = Gen.Frequency(
        (8, _scalar),
        (2, Gen.Select(Members("name", "x", "user", "isError", "result", "method"), members => members)),
        (1, Gen.Select(_scalar, Gen.Int[0, 70], (inner, depth) => new string('[', depth) + inner + new string(']', depth))));

    private static readonly Gen<string> _meta = Members(
        "progressToken", "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities", "io.modelcontextprotocol/clientInfo",
        "io.modelcontextprotocol/logLevel", "io.modelcontextprotocol/protocolversion", "ProgressToken", "x.example/y", "\\ud800", "a", "b", "c", "d", "e", "f");

    private static readonly Gen<string> _arguments = Gen.Frequency(
        (6, Members("user", "User", "u\u017Fer", "\\u0075ser", "USER", "name", "a", "\\ud800", "us\u00E9r")),
        (1, _value));

    private static readonly Gen<string> _params = Gen.Frequency(
        (9, Gen.Select(Gen.Select(Mostly("name", "uri", "taskId", "n\\u0061me", "cursor", "requestId", "protocolVersion", "x", "Name", "tas\u212AId", "ur\u0131", "\\ud800", ""), _value).Array[0, 3],
            Gen.Select(_meta, _arguments, Members("type", "name", "uri", "x", "y", "z", "Type", "\\u0075ri"), (meta, arguments, reference) => (meta, arguments, reference)), Gen.Int[0, 7],
            (members, parts, which) => Object(
            [
                .. members.Select(member => $"\"{member.Item1}\":{member.Item2}"),
                .. (which & 1) == 0 ? (string[])[] : [$"\"_meta\":{parts.meta}"],
                .. (which & 2) == 0 ? (string[])[] : [$"\"arguments\":{parts.arguments}"],
                .. (which & 4) == 0 ? (string[])[] : [$"\"ref\":{parts.reference}"],
            ]))),
        (1, _value));

    /// <summary>A message of any kind, in any order, now and then with a member too many, too few, or not quite.</summary>
    public static readonly Gen<byte[]> Message = Gen.Select(
        Gen.Select(Mostly("\"jsonrpc\":\"2.0\"", "\"jsonrpc\":\"\\u0032.0\"", "\"jsonrpc\":2.0"), Gen.Frequency((6, Mostly("\"id\":1", "\"id\":\"\\u0061\"", "\"id\":\"\\ud800\"", "\"id\":18446744073709551616", "\"id\":-0")), (1, Named("id"))), Gen.Select(Mostly("\"tools/call\"", "\"tools\\/c\\u0061ll\"", "\"m\"", "7", "\"\\ud800\""), method => $"\"method\":{method}"),
            Gen.Select(_params, parameters => $"\"params\":{parameters}"), (version, id, method, parameters) => (string[])[version, id, method, parameters]),
        Gen.Select(OneOf("result", "error", "x", "Id", "METHOD", "re\u017Fult", "\\u0069d", "\\ud800"), _value, (name, value) => $"\"{name}\":{value}").Array[0, 2],
        Gen.Int[0, 31], Gen.Int[0, 23], _space,
        (members, more, without, order, space) => Bytes(space, Object(Shuffled([.. members.Where((_, at) => at == 0 ? without != 1 : without % 8 != at + 1), .. without < 20 ? [] : more], order), space), space));

    /// <summary>The same with one byte that does not belong.</summary>
    public static readonly Gen<byte[]> Broken = Gen.Select(Message, Gen.Int[0, 500], Gen.Byte, (message, at, value) =>
    {
        message[at % message.Length] = value;
        return message;
    });

    /// <summary>A page of a list, right or nearly.</summary>
    public static readonly Gen<byte[]> Page = Gen.Select(
        Gen.Frequency((9, Members("name", "description", "inputSchema", "_meta", "n\\u0061me", "Name", "x")), (1, _scalar)).Array[0, 6],
        Gen.Select(OneOf("nextCursor", "ttlMs", "cacheScope", "tools", "_meta"), _value, (name, value) => $"\"{name}\":{value}").Array[0, 2],
        OneOf("\"error\":null", "\"id\":1", "\"jsonrpc\":\"2.0\"", "\"error\":{\"message\":\"why\"}"),
        _space,
        (items, more, beside, space) => Bytes(Object([$"\"result\":{Object([$"\"tools\":[{space}{string.Join($"{space},", items)}]", .. more], space)}", beside], space)));

    /// <summary>Server-sent events with every end of line; the first byte says how they are cut.</summary>
    public static readonly Gen<byte[]> Stream = Gen.Select(
        Gen.OneOf(
            OneOf(": comment", "event: message", "id: 7", "retry: 5", "data", "data:", "data: ", "", "", "", "dat", "data : x"),
            OneOf("{\"id\":1,\"result\":{}}", "{\"id\":1,\"result\":{\"isError\":true}}", "{\"id\":2,\"method\":\"ping\"}", "{\"method\":\"n\"}", "{\"id\":1,", "\"error\":{}}", "\"error\":null}").Select(data => $"data: {data}")).Array[0, 12],
        OneOf("\n", "\r", "\r\n"), Gen.Bool, Gen.Byte, (lines, end, marked, cuts) => (byte[])[cuts, .. Bytes(marked ? "\uFEFF" : "", string.Concat(lines.Select(line => line + end)))]);

    private static Gen<string> Named(string name) => _scalar.Select(value => $"\"{name}\":{value}");

    private static Gen<string> Members(params string[] names) =>
        Gen.Select(OneOf(names), _scalar, (name, value) => $"\"{name}\":{value}").Array[0, 4].Select(members => Object(members));

    /// <summary>The first is as frequent as all the others together.</summary>
    private static Gen<string> Mostly(string usual, params string[] others) => Gen.Frequency((1, Gen.Const(usual)), (1, OneOf(others)));

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static string Object(IEnumerable<string> members, string space = "") => $"{{{space}{string.Join($"{space},{space}", members)}{space}}}";

    private static IEnumerable<string> Shuffled(string[] members, int order) => members.OrderBy(member => (member.Length + 1) * (order + 1) % 7);

    private static byte[] Bytes(params string[] parts) => Encoding.UTF8.GetBytes(string.Concat(parts));
}
