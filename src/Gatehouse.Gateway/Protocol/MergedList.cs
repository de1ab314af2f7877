using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>
/// Writes one list made of several servers' pages: items byte for byte, but for the name where it is prefixed. In two
/// pieces: the body is the same for everybody who sees the same servers and is written once; the head belongs to one request.
/// </summary>
internal static class MergedList
{
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The message up to the list itself.</summary>
    /// <param name="id">The client's request id.</param>
    /// <param name="hints">What 2026-07-28 wants in each cacheable result; null in the legacy era.</param>
    public static ReadOnlyMemory<byte> Head(ReadOnlySpan<byte> id, CachingHints? hints)
    {
        var buffer = new ArrayBufferWriter<byte>(128 + id.Length);
        buffer.Write("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        buffer.Write(id);
        buffer.Write(",\"result\":{"u8);
        if (hints is { } given)
        {
            buffer.Write("\"resultType\":\"complete\",\"ttlMs\":"u8);
            given.TtlMilliseconds.TryFormat(buffer.GetSpan(20), out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
            buffer.Advance(length);
            buffer.Write(given.IsPublic ? ",\"cacheScope\":\"public\","u8 : ",\"cacheScope\":\"private\","u8);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The list and everything after it.</summary>
    /// <param name="kind">What is listed.</param>
    /// <param name="parts">Each server's share, in the order they are to have.</param>
    /// <param name="labelsOf">What the items of a part are called.</param>
    /// <param name="modern">Whether the client speaks 2026-07-28, in which every result says who answered.</param>
    public static ReadOnlyMemory<byte> Body(ListKind kind, IReadOnlyList<MergedPart> parts, Func<MergedPart, ItemLabels> labelsOf, bool modern)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, _writing))
        {
            json.WriteStartObject();
            json.WriteStartArray(kind.Member);
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var part in parts)
            {
                var labels = labelsOf(part);
                foreach (var page in part.Pages) WriteItems(json, page, labels, written);
            }

            json.WriteEndArray();
            WriteMeta(json, parts, modern);
            json.WriteEndObject();
        }

        // Its opening brace is the head's, and the message ends where the result does.
        buffer.Write("}"u8);
        return buffer.WrittenMemory[1..];
    }

    /// <summary>What is there already is not written again: a name means one thing, and of a URI that several have, the first is who gets asked.</summary>
    private static void WriteItems(Utf8JsonWriter json, ListPage page, ItemLabels labels, HashSet<string> written)
    {
        foreach (var item in page.Items)
        {
            if (labels.NameOf(item.KeyValue) is not { } name || !written.Add(name)) continue;
            var bytes = item.Range.Of(page.Message.Span);
            if (name != item.KeyValue) bytes = Splice.Replace(bytes, item.Key with { Start = item.Key.Start - item.Range.Start }, JsonText.Encode(name));
            if (labels.DescriptionOf?.Invoke(item.KeyValue) is { } description) bytes = ObjectSplice.Set(bytes, "description", description);
            json.WriteRawValue(bytes, skipInputValidation: true);
        }
    }

    private static void WriteMeta(Utf8JsonWriter json, IReadOnlyList<MergedPart> parts, bool modern)
    {
        json.WriteStartObject("_meta"u8);
        if (modern) ServerIdentity.WriteMeta(json);
        json.WriteStartObject(MetaKeys.Upstreams);
        foreach (var part in parts)
        {
            json.WriteStartObject(part.Server);
            json.WriteString("status"u8, part.Problem is null ? "ok"u8 : part.IsStale ? "stale"u8 : "unavailable"u8);
            if (part.Problem is not null) json.WriteString("reason"u8, part.Problem);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>One server's share of a merged list.</summary>
/// <param name="Server">The configured name.</param>
/// <param name="Pages">Every page it gave, in order; those before a failure too.</param>
/// <param name="Problem">Why its share is missing, not whole or old; null if all is well. For the client to read.</param>
internal sealed record MergedPart(string Server, IReadOnlyList<ListPage> Pages, string? Problem)
{
    /// <summary>Whether the pages are whole but from before the problem.</summary>
    public bool IsStale { get; init; }
}

/// <param name="NameOf">The name that an item gets in the merged list, by its own; null leaves it out.</param>
/// <param name="DescriptionOf">The description that it gets instead of its own, by its own name; null, or nothing, leaves that as it is.</param>
internal readonly record struct ItemLabels(Func<string, string?> NameOf, Func<string, string?>? DescriptionOf = null);

/// <param name="TtlMilliseconds">How long the client may take the list for fresh.</param>
/// <param name="IsPublic">Whether everybody would get this very list.</param>
internal readonly record struct CachingHints(long TtlMilliseconds, bool IsPublic);
