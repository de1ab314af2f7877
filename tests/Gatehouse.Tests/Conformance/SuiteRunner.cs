using System.Text.Json;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Conformance;

/// <summary>Runs a conformance suite against one server, directly or through the gateway.</summary>
/// <param name="suite">Which one.</param>
/// <param name="url">The server's endpoint.</param>
/// <param name="accessToken">Sent with every request; null sends none.</param>
internal sealed partial class SuiteRunner(Suite suite, Uri url, string? accessToken)
{
    /// <summary>All scenarios of the suite, one after the other.</summary>
    /// <returns>Their findings by the scenarios' names, in the order in which they ran.</returns>
    public Task<IReadOnlyDictionary<string, Findings>> RunAsync(CancellationToken cancellationToken) => RunAsync(Suites.Whole(suite), cancellationToken);

    /// <summary>One scenario alone.</summary>
    public async Task<Findings> RunAsync(string scenario, CancellationToken cancellationToken) =>
        (await RunAsync(Suites.Single(suite, scenario), cancellationToken)).GetValueOrDefault(scenario, Findings.None);

    private async Task<IReadOnlyDictionary<string, Findings>> RunAsync(string[] scenarios, CancellationToken cancellationToken)
    {
        var results = Directory.CreateTempSubdirectory("gatehouse-conformance-").FullName;
        try
        {
            await using var runner = await NodeProgram.StartAsync(
                Suites.FolderOf(suite),
                "node_modules/@modelcontextprotocol/conformance/dist/index.js",
                ["server", "--url", url.AbsoluteUri, "-o", results, .. scenarios],
                Environment(),
                cancellationToken);

            // Its exit code says whether all passed, which is not the question here.
            await runner.ExitAsync(cancellationToken);
            var findings = await ReadAsync(results, cancellationToken);
            return findings.Count > 0 ? findings : throw new InvalidOperationException($"The suite left no results. Its output:\n{runner.Output}");
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }
    }

    private Dictionary<string, string> Environment() => accessToken is null ? [] : new()
    {
        ["BEARER"] = accessToken,
        ["BEARER_ORIGIN"] = url.GetLeftPart(UriPartial.Authority),
        ["NODE_OPTIONS"] = "--require ../bearer.cjs",
    };

    private static async Task<IReadOnlyDictionary<string, Findings>> ReadAsync(string results, CancellationToken cancellationToken)
    {
        var findings = new OrderedDictionary<string, Findings>(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(results).OrderBy(folder => RunName().Match(folder).Groups["time"].Value, StringComparer.Ordinal))
        {
            var (scenario, path) = (RunName().Match(folder).Groups["scenario"].Value, Path.Combine(folder, "checks.json"));
            findings[scenario] = Findings.None;
            if (!File.Exists(path)) continue; // The scenario took longer than the suite waits.
            await using var file = File.OpenRead(path);
            var checks = await JsonSerializer.DeserializeAsync<JsonElement>(file, cancellationToken: cancellationToken);
            findings[scenario] = new Findings(checks.EnumerateArray().Select(check =>
                new Check(check.GetProperty("id").GetString()!, Enum.Parse<CheckStatus>(check.GetProperty("status").GetString()!, ignoreCase: true))));
        }

        return findings;
    }

    [GeneratedRegex(@"server-(?<scenario>[^/]+?)-(?<time>\d{4}-\d\d-\d\dT[\d-]+Z)$")]
    private static partial Regex RunName();
}
