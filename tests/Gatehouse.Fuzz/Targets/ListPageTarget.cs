using System.Text;
using System.Text.Json;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Gateway.Protocol;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>A page is read as its tree, and every item of it stands in a merged or filtered list byte for byte, but for its name; in a merged one once.</summary>
internal static class ListPageTarget
{
    public static void Check(byte[] input)
    {
        if (ListPage.Read(input, ListKind.Tools) is not { } page) return;
        using var document = Dom.Parse(input) ?? throw new InvariantException("what is no JSON is no page");
        if (page.Error is not null || page.Array is null) return;
        var result = Dom.Last(document.RootElement, "result")!.Value;
        Require(Dom.Members(document.RootElement).Count(member => member.Name == "result") == 1, "one result");
        Require(Dom.Members(result).Count(member => member.Name == "tools") == 1, "one list");
        var items = ItemsOf(result);
        Equal(string.Join('\n', items.Select(item => item.Raw)), string.Join('\n', page.Items.Select(item => Text(item.Range.Of(input)))), "the items");
        Equal(string.Join('\n', items.Select(item => item.Name)), string.Join('\n', page.Items.Select(item => item.KeyValue)), "their names");
        Equal(Dom.Text(Dom.Last(result, "nextCursor"), out _), page.NextCursor, "the cursor");
        CheckMerged(page, [.. items.DistinctBy(item => item.Name)]);
        CheckFiltered(input, items);
    }

    private static void CheckMerged(ListPage page, List<(string Name, string Raw)> items)
    {
        var kept = Merged(new CachingHints(0, false), new MergedPart("one", [page], null), name => name);
        using (var document = Dom.Parse(kept, 128) ?? throw new InvariantException("a merged list is JSON"))
        {
            Equal(string.Join('\n', items.Select(item => item.Raw)), string.Join('\n', RawItems(document)), "the items of a merged list");
        }

        var renamed = Merged(null, new MergedPart("one", [page], "why"), name => $"one__{name}");
        using var other = Dom.Parse(renamed, 128) ?? throw new InvariantException("a renamed list is JSON");
        Equal(
            string.Join('\n', items.Select(item => $"one__{item.Name}")),
            string.Join('\n', ItemsOf(Dom.Last(other.RootElement, "result")!.Value).Select(item => item.Name)),
            "the new names");
    }

    private static byte[] Merged(CachingHints? hints, MergedPart part, Func<string, string?> nameOf) =>
        [.. MergedList.Head("\"id\""u8, hints).Span, .. MergedList.Body(ListKind.Tools, [part], _ => new ItemLabels(nameOf), hints is not null).Span];

    private static void CheckFiltered(byte[] input, List<(string Name, string Raw)> items)
    {
        static bool Shows(string name) => name.Length % 2 == 0;
        if (FilteredList.Without(input, ListKind.Tools, Shows) is not { } filtered) return;
        using var document = Dom.Parse(filtered) ?? throw new InvariantException("a filtered list is JSON");
        Equal(string.Join('\n', items.Where(item => Shows(item.Name)).Select(item => item.Raw)), string.Join('\n', RawItems(document).Where(raw => raw[0] == '{' && HasName(raw))), "the items of a filtered list");
    }

    private static bool HasName(string raw)
    {
        using var document = Dom.Parse(Encoding.UTF8.GetBytes(raw))!;
        return HasName(document.RootElement);
    }

    private static bool HasName(JsonElement item) =>
        Dom.Members(item).Where(member => member.Name == "name").ToList() is [{ Value.ValueKind: JsonValueKind.String }];

    private static IEnumerable<string> RawItems(JsonDocument document) =>
        Dom.Last(Dom.Last(document.RootElement, "result")!.Value, "tools")!.Value.EnumerateArray().Select(item => item.GetRawText());

    /// <summary>Each object with one name.</summary>
    private static List<(string Name, string Raw)> ItemsOf(JsonElement result) =>
        [.. from item in Dom.Last(result, "tools")!.Value.EnumerateArray()
            where HasName(item)
            select (Dom.Text(Dom.Last(item, "name"), out _)!, item.GetRawText())];

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
