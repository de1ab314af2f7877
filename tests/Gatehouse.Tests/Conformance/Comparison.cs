namespace Gatehouse.Tests.Conformance;

/// <summary>A suite that has run, and the means to run a part of it again.</summary>
internal sealed record Run(SuiteRunner Runner, IReadOnlyDictionary<string, Findings> Findings);

/// <summary>The same suite without and with the gateway.</summary>
internal sealed record Comparison(Run Direct, Run Through)
{
    /// <summary>The scenarios that lose something through the gateway, with what they lose.</summary>
    public async Task<IReadOnlyList<string>> LossesAsync(CancellationToken cancellationToken)
    {
        var losses = new List<string>();
        foreach (var (scenario, direct) in Direct.Findings)
        {
            var lost = Through.Findings.GetValueOrDefault(scenario, Findings.None).LossesAgainst(direct);

            // The suite waits half a second here and there, whatever the machine has to do besides: a loss must show again.
            if (lost.Count > 0) lost = (await Through.Runner.RunAsync(scenario, cancellationToken)).LossesAgainst(await Direct.Runner.RunAsync(scenario, cancellationToken));
            losses.AddRange(lost.Select(loss => $"{scenario}: {loss}"));
        }

        return losses;
    }
}
