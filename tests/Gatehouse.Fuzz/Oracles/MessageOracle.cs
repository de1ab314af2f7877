using System.Text.Json;

namespace Gatehouse.Fuzz.Oracles;

/// <summary>What a message from a client means, by its tree: the rules of the scanner, written down a second time and differently.</summary>
internal sealed class MessageOracle
{
    private static readonly string[] _top = ["jsonrpc", "id", "method", "params", "result", "error"];
    private static readonly string[] _params = ["name", "uri", "arguments", "_meta", "ref", "cursor", "taskId", "requestId", "protocolVersion"];
    private static readonly string[] _ref = ["type", "name", "uri"];
    private static readonly string[] _meta =
    [
        "progressToken", "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities",
        "io.modelcontextprotocol/clientInfo", "io.modelcontextprotocol/logLevel",
    ];

    private MessageOracle(JsonElement root) => Root = root;

    public JsonElement Root { get; }

    /// <summary>Whether a careful gateway takes it.</summary>
    public bool IsTaken { get; private set; } = true;

    /// <summary>A key that is half a surrogate pair, among those that matter: it may be refused as no text, or passed over as no key of ours.</summary>
    public bool IsOpen { get; private set; }

    public JsonElement? Params => Dom.Last(Root, "params");

    public JsonElement? Meta => Params is { } parameters ? Dom.Last(parameters, "_meta") : null;

    public JsonElement? Ref => Params is { } parameters ? Dom.Last(parameters, "ref") : null;

    /// <param name="document">A document that is JSON.</param>
    public static MessageOracle Of(JsonDocument document)
    {
        var oracle = new MessageOracle(document.RootElement);
        oracle.Judge();
        return oracle;
    }

    /// <summary>A member of params, if it is text.</summary>
    public string? Text(string name) => Params is { } parameters ? Dom.Text(Dom.Last(parameters, name), out _) : null;

    private void Judge()
    {
        Demand(Root.ValueKind == JsonValueKind.Object);
        Keys(Root, _top);
        Demand(Dom.Text(Dom.Last(Root, "jsonrpc"), out _) == "2.0");
        if (Dom.Last(Root, "id") is { } id) Demand(Dom.Id(id) is not null);
        if (Dom.Last(Root, "method") is { } method)
        {
            Demand(method.ValueKind == JsonValueKind.String);
            Texts(method);
        }

        var (asks, answers) = (Dom.Last(Root, "method") is not null, Dom.Last(Root, "result") is not null || Dom.Last(Root, "error") is not null);
        Demand(asks != answers && !(Dom.Last(Root, "result") is not null && Dom.Last(Root, "error") is not null));
        Demand(!answers || Dom.Last(Root, "id") is not null);
        if (Params is { } parameters) JudgeParams(parameters);
    }

    private void JudgeParams(JsonElement parameters)
    {
        Demand(parameters.ValueKind == JsonValueKind.Object);
        Keys(parameters, _params);
        foreach (var name in new[] { "name", "uri", "taskId", "protocolVersion" }) Texts(Dom.Last(parameters, name));
        if (Ref is { ValueKind: JsonValueKind.Object } reference)
        {
            Keys(reference, _ref);
            foreach (var name in _ref) Texts(Dom.Last(reference, name));
        }

        if (Meta is not { ValueKind: JsonValueKind.Object } meta) return;
        Keys(meta, _meta);
        if (Dom.Last(meta, _meta[1]) is not { } version) return;
        Demand(version.ValueKind == JsonValueKind.String);
        Texts(version);
    }

    /// <summary>Each key at most once, and none that differs from it by case alone, to a parser of any language.</summary>
    private void Keys(JsonElement element, string[] keys)
    {
        var names = Dom.Members(element).Select(member => member.Name).ToList();
        IsOpen |= names.Contains(null);
        foreach (var key in keys) Demand(names.Count(name => name is not null && Fold(name) == Fold(key)) == names.Count(name => name == key) && names.Count(name => name == key) <= 1);
    }

    /// <summary>By way of the upper case, as Java does, and with the two letters that Unicode folds to ASCII.</summary>
    private static string Fold(string name) => string.Concat(name.Select(letter => letter switch
    {
        '\u017F' => 'S',
        '\u212A' => 'K',
        '\u0130' or '\u0131' => 'I',
        _ => char.ToUpperInvariant(letter),
    }));

    private void Texts(JsonElement? value)
    {
        Dom.Text(value, out var isText);
        Demand(isText);
    }

    private void Demand(bool holds) => IsTaken &= holds;
}
