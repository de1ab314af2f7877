using System.Net.ServerSentEvents;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Gateway.Upstreams.Http;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>However a stream is cut: the same events, the same answer, the same bytes.</summary>
internal static class EventStreamTarget
{
    public static void Check(byte[] input)
    {
        var (whole, pieces) = Chunks.Of(input);
        var events = Parse(whole);
        CheckWatch(whole, pieces, events);
        CheckManaged(whole, pieces, events);
        foreach (var message in events.Append(whole)) CheckAnswer(message, input);
    }

    /// <summary>What passes is seen as another parser sees it, at once or in pieces.</summary>
    private static void CheckWatch(byte[] whole, List<byte[]> pieces, List<byte[]> events)
    {
        var (atOnce, inPieces) = (new EventStreamWatch(), new EventStreamWatch());
        atOnce.Feed(whole);
        foreach (var piece in pieces) inPieces.Feed(piece);
        Require((atOnce.Events, atOnce.IsAnswered, atOnce.IsFailure) == (inPieces.Events, inPieces.IsAnswered, inPieces.IsFailure), "a stream in pieces is the same stream");
        if (!events.All(IsClear)) return;
        var answers = events.Where(IsAnswer).ToList();
        Require(inPieces.IsAnswered == (answers.Count > 0), "an event that answers is seen");
        Require(!inPieces.IsAnswered || inPieces.IsFailure == IsFailure(answers[^1]), "whether the answer is a failure");
    }

    /// <summary>A session of the gateway's own passes every event as its bytes, but for the server's requests, which are not the client's to see as they are.</summary>
    private static void CheckManaged(byte[] whole, List<byte[]> pieces, List<byte[]> events)
    {
        var asked = new List<byte[]>();
        using var managed = new ManagedEvents(Chunks.Stream(pieces), 1024 * 1024, (request, message) =>
        {
            asked.Add(request.Id!.Value.Of(message).ToArray());
            return null;
        });
        using var passed = new MemoryStream();
        var buffer = new byte[7];
        while (managed.ReadAsync(buffer, CancellationToken.None).AsTask().GetAwaiter().GetResult() is var length and > 0) passed.Write(buffer, 0, length);
        var requests = events.Where(IsRequest).ToList();
        if (asked.Count == 0) Equal(whole, passed.ToArray(), "events without requests pass as they are");
        Require(requests.Count <= asked.Count, "a server's request is kept from the client");
        foreach (var message in Parse(passed.ToArray())) Require(!IsRequest(message), "no request of a server's reaches the client");
    }

    /// <summary>One message in pieces is the message, and what the watch says of it is what its tree says.</summary>
    private static void CheckAnswer(byte[] message, byte[] input)
    {
        var (atOnce, inPieces) = (new AnswerWatch(), new AnswerWatch());
        atOnce.Feed(message);
        foreach (var piece in Chunks.Of([input.Length > 0 ? input[0] : (byte)0, .. message]).Pieces) inPieces.Feed(piece);
        Require((atOnce.IsAnswer, atOnce.IsFailure) == (inPieces.IsAnswer, inPieces.IsFailure), "a message in pieces is the same message");
        if (!IsClear(message)) return;
        Require(atOnce.IsAnswer == IsAnswer(message), "whether it is an answer");
        Require(atOnce.IsFailure == IsFailure(message), "whether it is a failure");
    }

    private static List<byte[]> Parse(byte[] stream) =>
        [.. SseParser.Create(new MemoryStream(stream), (_, data) => data.ToArray()).Enumerate().Select(item => item.Data).Where(data => data.Length > 0)];

    private static bool IsRequest(byte[] message) => ServerMessage.TryRead(message, out var read) && read.Kind == MessageKind.Request;

    private static bool IsAnswer(byte[] message)
    {
        using var document = Dom.Parse(message);
        return document is not null && (Dom.Last(document.RootElement, "result") is not null || Dom.Last(document.RootElement, "error") is not null);
    }

    private static bool IsFailure(byte[] message)
    {
        using var document = Dom.Parse(message);
        if (document is null) return false;
        var says = Dom.Last(document.RootElement, "error") is { ValueKind: System.Text.Json.JsonValueKind.Object or System.Text.Json.JsonValueKind.Array or System.Text.Json.JsonValueKind.String };
        return says || (Dom.Last(document.RootElement, "result") is { } result && Dom.Last(result, "isError") is { ValueKind: System.Text.Json.JsonValueKind.True });
    }

    /// <summary>A message that there is only one way to read. The watch does not unescape and takes each of two equal keys: it decides nothing.</summary>
    private static bool IsClear(byte[] message)
    {
        using var document = Dom.Parse(message);
        return document is not null && message.AsSpan().IndexOf((byte)'\\') < 0 && !Repeats(document.RootElement)
            && !(Dom.Last(document.RootElement, "result") is { } result && Repeats(result));
    }

    private static bool Repeats(System.Text.Json.JsonElement element) => Dom.Members(element).GroupBy(member => member.Name).Any(group => group.Count() > 1);
}
