using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Conformance;

/// <summary>Where the suite leaves what it found, a folder for each scenario.</summary>
internal sealed partial class ResultFolder : IAsyncDisposable
{
    /// <summary>The suite's program, in its package folder.</summary>
    public const string Script = "node_modules/@modelcontextprotocol/conformance/dist/index.js";

    public string Path { get; } = Directory.CreateTempSubdirectory("gatehouse-conformance-").FullName;

    /// <returns>The findings by scenario, in the order in which they ran. One that took longer than the suite waits found nothing.</returns>
    public async Task<IReadOnlyDictionary<string, Findings>> ReadAsync(CancellationToken cancellationToken)
    {
        var findings = new OrderedDictionary<string, Findings>(StringComparer.Ordinal);
        var runs = from folder in Directory.EnumerateDirectories(Path)
                   let name = RunName().Match(folder)
                   orderby name.Groups["time"].Value
                   select (Scenario: name.Groups["scenario"].Value, Checks: System.IO.Path.Combine(folder, "checks.json"));
        foreach (var (scenario, path) in runs) findings[scenario] = File.Exists(path) ? await ReadAsync(path, cancellationToken) : Findings.None;
        return findings;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Path, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<Findings> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var checks = await JsonSerializer.DeserializeAsync<JsonElement>(file, cancellationToken: cancellationToken);
        return new Findings(checks.EnumerateArray().Select(check =>
            new Check(check.GetProperty("id").GetString()!, Enum.Parse<CheckStatus>(check.GetProperty("status").GetString()!, ignoreCase: true))));
    }

    [GeneratedRegex(@"/(server-)?(?<scenario>[^/]+?)-(?<time>\d{4}-\d\d-\d\dT[\d-]+Z)$")]
    private static partial Regex RunName();
}
