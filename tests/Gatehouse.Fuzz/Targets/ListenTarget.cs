using System.Text.Json;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Gateway.Protocol;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>A server's notification gets the client's subscription id, and its task gets the client's id; all else stays.</summary>
internal static class ListenTarget
{
    private const string Id = "\"the client's\"";

    public static void Check(byte[] input)
    {
        if (SubscriptionMessage.TryRead(input, out var read)) CheckStamp(input, read);
        if (Dom.Parse(input, 512) is not { } document) return;
        using (document)
        {
            CheckTask(document, input, "result", TaskIdSplice.OfResult(input, id => $"{id}!"));
            CheckTask(document, input, "params", TaskIdSplice.OfNotification(input, id => $"{id}!"));
        }
    }

    private static void CheckStamp(byte[] input, SubscriptionMessage read)
    {
        using var before = Dom.Parse(input, 512) ?? throw new InvariantException("what is no JSON is no message");
        if (read.Method is null || read.IsRequest) return;
        using var after = Dom.Parse(read.Stamp(input, System.Text.Encoding.UTF8.GetBytes(Id)), 514) ?? throw new InvariantException("a stamped message is JSON");
        var parameters = Dom.Members(after.RootElement).Where(member => member.Name == "params").ToList();
        Require(parameters.Count == 1, "one params");
        var meta = Dom.Members(parameters[0].Value).Where(member => member.Name == "_meta").ToList();
        Require(meta.Count == 1, "one _meta");
        var ids = Dom.Members(meta[0].Value).Where(member => member.Name == "io.modelcontextprotocol/subscriptionId").ToList();
        Require(ids.Count == 1, "one subscription id");
        Equal(Id, ids[0].Value.GetRawText(), "the subscription id");
        Equal(Rest(before.RootElement, "params"), Rest(after.RootElement, "params"), "the other members");
        Equal(Rest(Dom.Last(before.RootElement, "params"), "_meta"), Rest(parameters[0].Value, "_meta"), "the other params");
    }

    private static void CheckTask(JsonDocument before, byte[] input, string member, ReadOnlyMemory<byte> changed)
    {
        using var after = Dom.Parse(changed, 512) ?? throw new InvariantException("a message with a task of the client's is JSON");
        Equal(Rest(before.RootElement, member), Rest(after.RootElement, member), "the other members");
        var (was, now) = (Dom.Last(before.RootElement, member), Dom.Last(after.RootElement, member));
        Equal(Rest(was, "taskId"), Rest(now, "taskId"), "what else is told of the task");
        if (changed.Span.SequenceEqual(input) || was is not { } old || Dom.Text(Dom.Last(old, "taskId"), out _) is not { } id) return;
        Equal($"{id}!", Dom.Text(Dom.Last(now!.Value, "taskId"), out _), "the task's id");
    }

    private static string Rest(JsonElement? element, string but) =>
        element is { } given ? string.Join(',', Dom.Members(given).Where(member => member.Name != but).Select(member => $"{member.Name}:{member.Value.GetRawText()}")) : "";
}
