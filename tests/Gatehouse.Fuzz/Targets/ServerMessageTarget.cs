using System.Text;
using System.Text.Json;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>Whatever a server says, it is read as its tree or not at all, and nothing throws: one server's nonsense must not end the care for it.</summary>
internal static class ServerMessageTarget
{
    public static void Check(byte[] input)
    {
        CheckMessage(input);
        Greeting.Read(input);
        if (InitializeResult.Read(input) is not { } result) return;
        foreach (var part in new[] { result.ServerInfo, result.Instructions })
        {
            if (part.IsEmpty) continue;
            using var document = Dom.Parse(part) ?? throw new InvariantException("what a server says of itself is copied only if it is JSON");
        }
    }

    private static void CheckMessage(byte[] input)
    {
        if (!ServerMessage.TryRead(input, out var message)) return;
        using var document = Dom.Parse(input, 512) ?? throw new InvariantException("what is no JSON is no message");
        var root = document.RootElement;
        var method = Dom.Last(root, "method");
        Equal(Dom.Id(Dom.Last(root, "id")), Raw(input, message.Id), "id");
        var kind = method is not { ValueKind: JsonValueKind.String } ? MessageKind.Response : message.Id is null ? MessageKind.Notification : MessageKind.Request;
        Equal(kind.ToString(), message.Kind.ToString(), "kind");
        Require(message.IsProgress == (Dom.Text(method, out _) == "notifications/progress"), "whether it is progress");
        Require(message.IsPing == (Dom.Text(method, out _) == "ping"), "whether it is a ping");
    }

    private static string? Raw(byte[] input, ByteRange? range) => range is { } place ? Encoding.UTF8.GetString(place.Of(input)) : null;
}
