using Gatehouse.Tests.Architecture;

namespace Gatehouse.Tests.Conformance;

/// <summary>Client and server find each other as conforming through the gateway as they do directly.</summary>
public sealed class ConformanceTests(ConformanceRuns runs) : IClassFixture<ConformanceRuns>
{
    public static TheoryData<Suite, Leg> ThroughTheGateway =>
        [.. from suite in Enum.GetValues<Suite>() from leg in Legs.All where Legs.DirectOf(leg) != leg select (suite, leg)];

    public static TheoryData<string> ClientScenarios => [.. ClientRunner.Scenarios];

    [Theory(Timeout = 400_000), MemberData(nameof(ThroughTheGateway))]
    public async Task Of_a_server_nothing_is_lost_on_the_way(Suite suite, Leg leg)
    {
        var direct = await runs.RunAsync(suite, Legs.DirectOf(leg));
        var through = await runs.RunAsync(suite, leg);
        Assert.NotEmpty(direct);
        var losses = from scenario in direct.Keys
                     let found = through.GetValueOrDefault(scenario, Findings.None)
                     from loss in Legs.IsAboutStreams(leg, scenario) ? found.Faults : found.LossesAgainst(direct[scenario])
                     select $"{scenario}: {loss}";
        Assert.True(!losses.Any(), string.Join('\n', losses));
    }

    [Theory(Timeout = 400_000), MemberData(nameof(ClientScenarios))]
    public async Task Of_a_client_nothing_is_lost_on_the_way(string scenario)
    {
        var direct = (await runs.RunAsync(scenario, throughGateway: false)).Judgements;
        Assert.Empty(direct.Faults);
        var losses = (await runs.RunAsync(scenario, throughGateway: true)).Judgements.LossesAgainst(direct);
        Assert.True(losses.Count == 0, string.Join('\n', losses));
    }

    [Fact(Timeout = 400_000)]
    public async Task The_page_shows_what_ran()
    {
        var page = await runs.Page.WithAsync(runs);
        if (page == runs.Page.Text) return;
        var ran = Repository.PathOf("artifacts", "conformance.md");
        Directory.CreateDirectory(Path.GetDirectoryName(ran)!);
        await File.WriteAllTextAsync(ran, page, TestContext.Current.CancellationToken);
        Assert.Fail($"docs/reference/conformance.md is not what ran. If what ran is right: cp {ran} docs/reference/conformance.md");
    }
}
