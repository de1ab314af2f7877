using System.Text;
using System.Text.Json;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class ListTests
{
    private static readonly byte[] _page = Encoding.UTF8.GetBytes(
        """
        {"jsonrpc":"2.0","id":1,"result":{"x":1,"tools":[{"description":"first","name":"a","n":1.0e2,"unknown":{"name":"not this"}}, {"name":"s\u0065cret"},"no item",{"title":"nameless"}],
        "nextCursor":"next","ttlMs":500,"cacheScope":"public"}}
        """);

    [Fact]
    public void A_page_gives_up_its_items_its_cursor_and_its_time_to_live()
    {
        var page = ListPage.Read(_page, ListKind.Tools)!;
        Assert.Equal(["a", "secret"], page.Items.Select(item => item.KeyValue));
        Assert.Equal(("next", 500, "public", null), (page.NextCursor, page.TtlMilliseconds, page.CacheScope, page.Error));
    }

    [Theory]
    [InlineData("""{"id":1,"error":{"code":-32601,"message":"no such method"}}""", "no such method")]
    [InlineData("""{"id":1,"error":"odd"}""", "an error without a message")]
    public void An_error_is_kept_in_the_servers_words(string message, string expected) =>
        Assert.Equal(expected, ListPage.Read(Encoding.UTF8.GetBytes(message), ListKind.Tools)!.Error);

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("garbage")]
    [InlineData("""{"result":{"tools":[{"name":"a"}]}} {"more":1}""")]
    [InlineData("""{"result":{"tools":[{"name":"\ud800"}]}}""")]
    [InlineData("""{"result":{"tools":[{"name":"hidden"}],"tools":[]}}""")]
    [InlineData("""{"result":{"tools":[{"name":"hidden"}],"t\u006fols":1}}""")]
    [InlineData("""{"result":{"tools":[{"name":"hidden"}]},"result":{"tools":[]}}""")]
    [InlineData("""{"result":[]}""")]
    [InlineData("")]
    public void What_is_no_answer_is_none(string message) => Assert.Null(ListPage.Read(Encoding.UTF8.GetBytes(message), ListKind.Tools));

    [Theory]
    [InlineData("""{"result":{"tools":[{"name":"a"}]},"error":null}""")]
    [InlineData("""{"error":null,"result":{"tools":[{"name":"a"}]}}""")]
    public void An_error_that_is_null_is_none(string message)
    {
        var page = ListPage.Read(Encoding.UTF8.GetBytes(message), ListKind.Tools)!;
        Assert.Null(page.Error);
        Assert.Equal("a", Assert.Single(page.Items).KeyValue);
    }

    [Fact]
    public void An_item_with_two_names_is_left_out() =>
        Assert.Empty(ListPage.Read("""{"result":{"tools":[{"name":"seen","name":"hidden"},{"name":"seen","n\u0061me":7}]}}"""u8.ToArray(), ListKind.Tools)!.Items);

    [Fact]
    public void A_result_that_is_null_leaves_the_error_what_it_is() =>
        Assert.Equal("why", ListPage.Read("""{"error":{"message":"why"},"result":null}"""u8.ToArray(), ListKind.Tools)!.Error);

    /// <summary>Its bytes would stand in one message with those of all other servers, and strict clients would take none of it.</summary>
    [Fact]
    public void A_page_that_is_not_UTF_8_is_none()
    {
        byte[] page = [.. """{"result":{"tools":[{"name":"a","description":"""u8, (byte)'"', 0xC3, 0x28, .. "\"}]}}"u8];
        Assert.Null(ListPage.Read(page, ListKind.Tools));
    }

    [Fact]
    public void A_merged_list_prefixes_names_leaves_out_what_is_hidden_and_tells_who_is_missing_or_old()
    {
        var page = ListPage.Read(_page, ListKind.Tools)!;
        var body = MergedList.Body(
            ListKind.Tools, [new("one", [page], null), new("two", [], "is down: why"), new("three", [page], "is down") { IsStale = true }],
            part => new ItemLabels(name => name == "secret" || part.Server == "three" ? null : $"{part.Server}__{name}"), modern: false);
        Assert.Equal(
            """{"jsonrpc":"2.0","id":"x","result":{"tools":[{"description":"first","name":"one__a","n":1.0e2,"unknown":{"name":"not this"}}],"_meta":{"io.gatehouse/upstreams":{"one":{"status":"ok"},"two":{"status":"unavailable","reason":"is down: why"},"three":{"status":"stale","reason":"is down"}}}}}""",
            Encoding.UTF8.GetString([.. MergedList.Head("\"x\""u8, null).Span, .. body.Span]));
    }

    [Theory]
    [InlineData(0, false, "private")]
    [InlineData(long.MaxValue, true, "public")]
    public void A_modern_list_says_how_long_and_for_whom_it_holds(long ttl, bool isPublic, string scope)
    {
        var page = ListPage.Read(_page, ListKind.Tools)!;
        var body = MergedList.Body(ListKind.Tools, [new("one", [page], null)], _ => new ItemLabels(name => name), modern: true);
        using var merged = JsonDocument.Parse((byte[])[.. MergedList.Head("1"u8, new CachingHints(ttl, isPublic)).Span, .. body.Span]);
        var result = merged.RootElement.GetProperty("result");
        Assert.Equal(("complete", scope, ttl), (result.GetProperty("resultType").GetString(), result.GetProperty("cacheScope").GetString(), result.GetProperty("ttlMs").GetInt64()));
        Assert.Equal("gatehouse", result.GetProperty("_meta").GetProperty("io.modelcontextprotocol/serverInfo").GetProperty("name").GetString());
    }

    [Fact]
    public void A_filtered_list_lacks_the_hidden_items_and_nothing_else()
    {
        var filtered = FilteredList.Without(_page, ListKind.Tools, name => name != "secret")!.Value;
        Assert.Equal(
            """{"description":"first","name":"a","n":1.0e2,"unknown":{"name":"not this"}}""",
            JsonDocument.Parse(filtered).RootElement.GetProperty("result").GetProperty("tools")[0].GetRawText());
        Assert.Single(ListPage.Read(filtered, ListKind.Tools)!.Items);
        Assert.EndsWith("\"nextCursor\":\"next\",\"ttlMs\":500,\"cacheScope\":\"public\"}}\n", Encoding.UTF8.GetString(filtered.Span) + "\n", StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_hides_nothing_is_the_very_same_bytes() =>
        Assert.Equal(_page, FilteredList.Without(_page, ListKind.Tools, _ => true)!.Value.ToArray());
}
