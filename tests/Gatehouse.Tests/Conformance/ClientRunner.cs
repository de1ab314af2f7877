using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Conformance;

/// <summary>Runs the suite's client scenarios: a mock server that observes the client of <c>tests/interop/clients/conformance.mjs</c>.</summary>
internal static class ClientRunner
{
    /// <summary>Those that are about more than how a client signs in, which towards the gateway it does in another way.</summary>
    public static IReadOnlyList<string> Scenarios { get; } =
    [
        "initialize",
        "tools_call",
        "sse-retry",
        "request-metadata",
        "http-standard-headers",
        "http-custom-headers",
        "http-invalid-tool-headers",
        "sep-2322-client-request-state",
        "json-schema-2020-12-preservation",
        "json-schema-ref-no-deref",
    ];

    /// <param name="scenario">One of them.</param>
    /// <param name="environment">What the client is told besides.</param>
    public static async Task<Findings> RunAsync(string scenario, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        await NodePackages.InstallAsync("clients", cancellationToken);
        await using var results = new ResultFolder();
        await using var runner = await NodeProgram.StartAsync(
            Suites.FolderOf(Suite.Modern),
            ResultFolder.Script,
            ["client", "--command", "node ../clients/conformance.mjs", "--scenario", scenario, "-o", results.Path],
            new Dictionary<string, string>(environment) { ["NODE_OPTIONS"] = "--require ../servers/loopback.cjs" },
            cancellationToken);
        await runner.ExitAsync(cancellationToken);
        var findings = await results.ReadAsync(cancellationToken);
        return findings.Count > 0 ? findings.Single().Value : throw new InvalidOperationException($"The suite left no results. Its output:\n{runner.Output}");
    }
}
