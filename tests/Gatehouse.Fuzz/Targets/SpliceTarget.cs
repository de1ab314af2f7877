using System.Text;
using System.Text.Json;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams.Stdio;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>What goes to an upstream is what came, but for the one thing that we changed.</summary>
internal static class SpliceTarget
{
    private const string NewName = "\"new\"\\ \u00E9\n✓";
    private const string Argument = "user";
    private const string User = "us\"er\\@example.com";

    public static void Check(byte[] input)
    {
        if (!EnvelopeScanner.TryScan(input, out var message, out _)) return;
        if (message.Name is { } name)
        {
            var renamed = Splice.Rename(message, NewName);
            Equal(NewName, renamed.NameValue, "the new name");
            Unchanged(message.Body.Span, name, renamed.Body.Span, renamed.Name!.Value);
        }

        if (message.RefName is { } reference)
        {
            var renamed = Splice.RenameReference(message, NewName);
            Equal(NewName, renamed.RefNameValue, "the new name of the reference");
            Unchanged(message.Body.Span, reference, renamed.Body.Span, renamed.RefName!.Value);
        }

        CheckArgument(message, force: true);
        CheckArgument(message, force: false);
        if (message.Id is not null) CheckLine(message);
        ArgumentRecords(message);
    }

    private static void Unchanged(ReadOnlySpan<byte> before, ByteRange from, ReadOnlySpan<byte> after, ByteRange to)
    {
        Equal(before[..from.Start], after[..to.Start], "what stands before the change");
        Equal(before[from.End..], after[to.End..], "what stands behind the change");
    }

    private static void CheckArgument(Envelope message, bool force)
    {
        var changed = ArgumentSplice.Set(message, Argument, User, force);
        if (message.Params is null)
        {
            Require(ReferenceEquals(message, changed), "without params nothing is changed");
            return;
        }

        using var before = Dom.Parse(message.Body)!;
        using var after = Dom.Parse(changed.Body) ?? throw new InvariantException("a message with an argument of ours is no JSON any more");
        var (given, got) = (ArgumentsOf(before), ArgumentsOf(after));
        if (given is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
        {
            Require(ReferenceEquals(message, changed), "arguments that are no object stay");
            return;
        }

        var (old, now) = (given is { } some ? Dom.Members(some) : [], Dom.Members(got!.Value));
        var had = old.Any(member => member.Name == Argument);
        Require(now.Count == old.Count + (had ? 0 : 1), "at most one argument is added");
        if (!had) Equal(User, Dom.Text(now[0].Value, out _), "the added argument");
        foreach (var ((was, wasValue), (name, value)) in old.Zip(had ? now : now[1..]))
        {
            Equal(was, name, "an argument's name");
            var isOurs = force && name is not null && LooksLike(name);
            Equal(isOurs ? User : wasValue.GetRawText(), isOurs ? Dom.Text(value, out _) : value.GetRawText(), $"the argument {name}");
        }
    }

    /// <summary>Id and progress token are replaced by a number for the child, on one line, and put back in its answer.</summary>
    private static void CheckLine(Envelope message)
    {
        var line = ChildMessage.Outgoing(message, long.MinValue);
        try
        {
            var bytes = line.Buffer.AsMemory(0, line.Length);
            Require(bytes.Span.IndexOf((byte)'\n') == line.Length - 1 && bytes.Span.IndexOf((byte)'\r') < 0, "one message is one line");
            var sent = Splice.Rescan(bytes.ToArray());
            Equal(long.MinValue.ToString(System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetString(sent.Id!.Value.Of(sent.Body.Span)), "the id on the channel");
            var back = ChildMessage.Json(bytes.Span[..^1], sent.Id.Value, null, message.Id!.Value.Of(message.Body.Span));
            if (message.ProgressToken is { } token) back = Splice.Replace(back, Splice.Rescan(back).ProgressToken!.Value, token.Of(message.Body.Span));
            Equal(Flat(message.Body.Span), back, "a message there and back");
        }
        finally
        {
            line.Release();
        }
    }

    /// <summary>The trail's record of arguments is always JSON, and never larger than its bound.</summary>
    private static void ArgumentRecords(Envelope message)
    {
        if (message.Arguments is not { } arguments) return;
        foreach (var record in new[] { ArgumentRecord.Summary(arguments.Of(message.Body.Span)), ArgumentRecord.Full(arguments.Of(message.Body.Span)) })
        {
            using var document = JsonDocument.Parse(record);
            Require(Encoding.UTF8.GetByteCount(record) <= ArgumentRecord.MaxLength, "a record is bounded");
        }
    }

    private static byte[] Flat(ReadOnlySpan<byte> bytes)
    {
        var flat = bytes.ToArray();
        flat.AsSpan().Replace((byte)'\n', (byte)' ');
        flat.AsSpan().Replace((byte)'\r', (byte)' ');
        return flat;
    }

    private static JsonElement? ArgumentsOf(JsonDocument document) =>
        Dom.Last(document.RootElement, "params") is { } parameters ? Dom.Last(parameters, "arguments") : null;

    private static bool LooksLike(string name) => name.Replace('\u017F', 's').Equals(Argument, StringComparison.OrdinalIgnoreCase);
}
