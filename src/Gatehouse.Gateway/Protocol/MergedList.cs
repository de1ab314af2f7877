using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>Writes one list made of several servers' pages: items byte for byte, but for the name where it is prefixed.</summary>
internal static class MergedList
{
    /// <param name="id">The client's request id.</param>
    /// <param name="modern">Whether the client speaks 2026-07-28, which wants <c>resultType</c> and caching hints.</param>
    public static ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> id, ListKind kind, IReadOnlyList<MergedPart> parts, bool modern) =>
        MessageWriter.Result(id, json =>
        {
            if (modern) json.WriteString("resultType"u8, "complete"u8);
            json.WriteStartArray(kind.Member);
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var part in parts)
            {
                foreach (var page in part.Pages) WriteItems(json, page, part, written);
            }

            json.WriteEndArray();
            if (modern)
            {
                // Lists depend on who asks and on which servers are up: short-lived, and nobody else's.
                json.WriteNumber("ttlMs"u8, TtlOf(parts));
                json.WriteString("cacheScope"u8, "private"u8);
            }

            WriteMeta(json, parts, modern);
        });

    /// <summary>What is there already is not written again: a name means one thing, and of a URI that several have, the first is who gets asked.</summary>
    private static void WriteItems(Utf8JsonWriter json, ListPage page, MergedPart part, HashSet<string> written)
    {
        foreach (var item in page.Items)
        {
            if (part.NameOf(item.KeyValue) is not { } name || !written.Add(name)) continue;
            var bytes = item.Range.Of(page.Message.Span);
            if (name != item.KeyValue) bytes = Splice.Replace(bytes, item.Key with { Start = item.Key.Start - item.Range.Start }, JsonText.Encode(name));
            if (part.DescriptionOf?.Invoke(item.KeyValue) is { } description) bytes = ObjectSplice.Set(bytes, "description", description);
            json.WriteRawValue(bytes, skipInputValidation: true);
        }
    }

    private static long TtlOf(IReadOnlyList<MergedPart> parts) =>
        parts.Any(part => part.Problem is not null) ? 0
        : parts.SelectMany(part => part.Pages).Select(page => page.TtlMilliseconds ?? 0).DefaultIfEmpty(0).Min();

    private static void WriteMeta(Utf8JsonWriter json, IReadOnlyList<MergedPart> parts, bool modern)
    {
        json.WriteStartObject("_meta"u8);
        if (modern) ServerIdentity.WriteMeta(json);
        json.WriteStartObject(MetaKeys.Upstreams);
        foreach (var part in parts)
        {
            json.WriteStartObject(part.Server);
            json.WriteString("status"u8, part.Problem is null ? "ok"u8 : "unavailable"u8);
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
/// <param name="Problem">Why its share is missing or not whole; null if it is whole. For the client to read.</param>
/// <param name="NameOf">The name that an item gets in the merged list; null leaves it out.</param>
internal sealed record MergedPart(string Server, IReadOnlyList<ListPage> Pages, string? Problem, Func<string, string?> NameOf)
{
    /// <summary>The description that an item gets instead of its own, by its own name; null, or nothing, leaves that as it is.</summary>
    public Func<string, string?>? DescriptionOf { get; init; }
}
