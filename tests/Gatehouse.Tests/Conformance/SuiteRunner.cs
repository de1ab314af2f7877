using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Conformance;

/// <summary>Runs a conformance suite against one server, directly or through the gateway.</summary>
/// <param name="suite">Which one.</param>
/// <param name="url">The server's endpoint.</param>
/// <param name="accessToken">Sent with every request; null sends none.</param>
internal sealed class SuiteRunner(Suite suite, Uri url, string? accessToken)
{
    /// <summary>All scenarios of the suite, one after the other.</summary>
    /// <returns>Their findings by the scenarios' names, in the order in which they ran.</returns>
    public Task<IReadOnlyDictionary<string, Findings>> RunAsync(CancellationToken cancellationToken) => RunAsync(Suites.Whole(suite), cancellationToken);

    /// <summary>One scenario alone.</summary>
    public async Task<Findings> RunAsync(string scenario, CancellationToken cancellationToken) =>
        (await RunAsync(Suites.Single(suite, scenario), cancellationToken)).GetValueOrDefault(scenario, Findings.None);

    private async Task<IReadOnlyDictionary<string, Findings>> RunAsync(string[] scenarios, CancellationToken cancellationToken)
    {
        await using var results = new ResultFolder();
        await using var runner = await NodeProgram.StartAsync(
            Suites.FolderOf(suite), ResultFolder.Script, ["server", "--url", url.AbsoluteUri, "-o", results.Path, .. scenarios], Environment(), cancellationToken);

        // Its exit code says whether all passed, which is not the question here.
        await runner.ExitAsync(cancellationToken);
        var findings = await results.ReadAsync(cancellationToken);
        return findings.Count > 0 ? findings : throw new InvalidOperationException($"The suite left no results. Its output:\n{runner.Output}");
    }

    private Dictionary<string, string> Environment() => accessToken is null ? [] : new()
    {
        ["BEARER"] = accessToken,
        ["BEARER_ORIGIN"] = url.GetLeftPart(UriPartial.Authority),
        ["NODE_OPTIONS"] = "--require ../bearer.cjs",
    };
}
