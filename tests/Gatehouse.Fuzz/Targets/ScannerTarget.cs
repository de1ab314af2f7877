using System.Text;
using System.Text.Json;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Gateway.Protocol;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>The scanner takes what the tree says is one clear message, and reads the same in it; everything else it refuses.</summary>
internal static class ScannerTarget
{
    public static void Check(byte[] input)
    {
        var isTaken = EnvelopeScanner.TryScan(input, out var envelope, out var fault);
        using var document = Dom.Parse(input);
        if (document is null)
        {
            Require(!isTaken && fault!.Code is JsonRpcCode.ParseError or JsonRpcCode.InvalidRequest, "what is no JSON is refused");
            return;
        }

        var oracle = MessageOracle.Of(document);
        if (!isTaken) CheckFault(fault!, oracle, input);
        else CheckEnvelope(envelope!, oracle);
    }

    private static void CheckFault(ScanFault fault, MessageOracle oracle, byte[] input)
    {
        Require(!oracle.IsTaken || oracle.IsOpen, $"refused a clear message: {fault.Message}");
        Require(fault.Code is JsonRpcCode.InvalidRequest or JsonRpcCode.InvalidParams, "JSON that is no message is an invalid request");
        if (fault.Id is { } id) Equal(Dom.Id(Dom.Last(oracle.Root, "id")), Encoding.UTF8.GetString(id.Of(input)), "the id of the fault");
    }

    private static void CheckEnvelope(Envelope envelope, MessageOracle oracle)
    {
        Require(oracle.IsTaken || oracle.IsOpen, "took a message that can be read in two ways");
        var root = oracle.Root;
        Equal(Dom.Text(Dom.Last(root, "method"), out _), envelope.Method, "method");
        Equal(Dom.Last(root, "id")?.GetRawText(), Raw(envelope, envelope.Id), "id");
        Equal(oracle.Params?.GetRawText(), Raw(envelope, envelope.Params), "params");
        Equal(KindOf(root).ToString(), envelope.Kind.ToString(), "kind");
        Require(envelope.IsError == (Dom.Last(root, "error") is not null), "whether it is an error");
        if (oracle.Params is { } parameters) CheckParams(envelope, oracle, parameters);
    }

    private static void CheckParams(Envelope envelope, MessageOracle oracle, JsonElement parameters)
    {
        Equal(oracle.Text("name"), envelope.NameValue, "name");
        Equal(envelope.NameValue is null ? null : Dom.Last(parameters, "name")?.GetRawText(), Raw(envelope, envelope.Name), "raw name");
        Equal(oracle.Text("uri"), envelope.UriValue, "uri");
        Equal(oracle.Text("taskId"), envelope.TaskIdValue, "taskId");
        Equal(oracle.Text("protocolVersion"), envelope.RequestedVersion, "protocolVersion");
        Equal(Dom.Last(parameters, "arguments")?.GetRawText(), Raw(envelope, envelope.Arguments), "arguments");
        Equal(Dom.Id(Dom.Last(parameters, "requestId")), Raw(envelope, envelope.CancelledId), "requestId");
        Require(envelope.HasCursor == (Dom.Last(parameters, "cursor") is { ValueKind: not JsonValueKind.Null }), "whether there is a cursor");
        if (oracle.Ref is { ValueKind: JsonValueKind.Object } reference)
        {
            Equal(Dom.Text(Dom.Last(reference, "type"), out _), envelope.RefType, "ref.type");
            Equal(Dom.Text(Dom.Last(reference, "name"), out _), envelope.RefNameValue, "ref.name");
            Equal(Dom.Text(Dom.Last(reference, "uri"), out _), envelope.RefUriValue, "ref.uri");
        }

        var meta = oracle.Meta is { ValueKind: JsonValueKind.Object } given ? given : (JsonElement?)null;
        Equal(meta?.GetRawText(), Raw(envelope, envelope.Meta), "_meta");
        Equal(meta is null ? null : Dom.Id(Dom.Last(meta.Value, "progressToken")), Raw(envelope, envelope.ProgressToken), "progressToken");
        Equal(meta is null ? null : Dom.Text(Dom.Last(meta.Value, "io.modelcontextprotocol/protocolVersion"), out _), envelope.MetaProtocolVersion, "the version in _meta");
        Require(
            envelope.HasMetaClientCapabilities == (meta is { } m && Dom.Last(m, "io.modelcontextprotocol/clientCapabilities") is { ValueKind: JsonValueKind.Object }),
            "whether there are client capabilities");
    }

    private static MessageKind KindOf(JsonElement root) =>
        Dom.Last(root, "method") is null ? MessageKind.Response : Dom.Last(root, "id") is null ? MessageKind.Notification : MessageKind.Request;

    private static string? Raw(Envelope envelope, ByteRange? range) => range is { } place ? Encoding.UTF8.GetString(place.Of(envelope.Body.Span)) : null;
}
