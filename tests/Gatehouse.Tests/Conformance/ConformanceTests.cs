namespace Gatehouse.Tests.Conformance;

/// <summary>A client that speaks through the gateway finds the server as conforming as one that speaks to it directly.</summary>
public sealed class ConformanceTests(ConformanceRuns runs) : IClassFixture<ConformanceRuns>
{
    public static TheoryData<Suite, Subject> All => [.. from suite in Enum.GetValues<Suite>() from subject in Enum.GetValues<Subject>() select (suite, subject)];

    [Theory(Timeout = 400_000), MemberData(nameof(All))]
    public async Task Nothing_is_lost_on_the_way(Suite suite, Subject subject)
    {
        var comparison = await runs.CompareAsync(suite, subject);
        var losses = await comparison.LossesAsync(TestContext.Current.CancellationToken);
        Assert.True(losses.Count == 0, string.Join('\n', losses));
    }
}
