using Gatehouse.Bench;
using Gatehouse.Bench.Driving;
using Gatehouse.Bench.Measuring;
using Gatehouse.Bench.Report;

namespace Gatehouse.Tests.Bench;

public sealed class ReportTests
{
    private const string Page = """
        # Speed
        <!-- bench/run --write, audit to SQLite: begin -->
        old
        <!-- bench/run --write, audit to SQLite: end -->
        <!-- bench/run --write, audit to PostgreSQL: begin -->
        other
        <!-- bench/run --write, audit to PostgreSQL: end -->
        """;

    [Fact]
    public void A_report_replaces_the_one_of_its_database_and_nothing_else()
    {
        var page = PerformancePage.Replace(Page, "SQLite", "new");
        Assert.DoesNotContain("old", page, StringComparison.Ordinal);
        Assert.Contains("begin -->\n\nnew\n\n<!--", page, StringComparison.Ordinal);
        Assert.Contains("other", page, StringComparison.Ordinal);
        Assert.Equal(page, PerformancePage.Replace(page, "SQLite", "new"));
    }

    [Fact]
    public void A_page_without_markers_is_left_alone() => Assert.Throws<BenchException>(() => PerformancePage.Replace("# Speed", "SQLite", "new"));

    [Fact]
    public async Task The_committed_page_has_a_place_for_each_database()
    {
        var page = await File.ReadAllTextAsync(Architecture.Repository.PathOf("docs", "reference", "performance.md"), TestContext.Current.CancellationToken);
        Assert.Contains("new", PerformancePage.Replace(page, "SQLite", "new"), StringComparison.Ordinal);
        Assert.Contains("new", PerformancePage.Replace(page, "PostgreSQL", "new"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ratio_is_taken_within_its_round()
    {
        // The machine was three times as slow in the second round. Medians alone would say 30 to 10.
        var ratio = Spread.OfRatios([20, 60, 30], [10, 30, 10]);
        Assert.Equal(new Spread(2, 2, 3), ratio);
    }

    [Theory]
    [InlineData(0.7, false, 0.7, "at most 0.7. Here: 0.70, met.")]
    [InlineData(0.7, false, 0.77, "at most 0.7. Here: 0.77, missed by 10 %.")]
    [InlineData(2.5, true, 2.5, "at least 2.5. Here: 2.50, met.")]
    [InlineData(2.5, true, 2, "at least 2.5. Here: 2.00, missed by 20 %.")]
    public void A_target_says_by_how_much_it_was_missed(double limit, bool isFloor, double value, string said) =>
        Assert.Equal($"Speed: {said}", new Promise("Speed", limit, isFloor, value).ToString());

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"another"}]}}""")]
    public void What_is_not_the_tools_answer_is_not_counted(string answer) =>
        Assert.False(Expectation.Holds(Work.Call, System.Text.Encoding.UTF8.GetBytes(answer)));

    [Fact]
    public void Quantiles_are_of_all_connections_together()
    {
        var fast = Enumerable.Range(1, 98).Select(i => TimeSpan.FromMilliseconds(i)).ToList();
        var latencies = Latencies.Of([fast, [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)]]);
        Assert.Equal(new Latencies(100, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)), latencies);
    }
}
