using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Conformance;

/// <summary>A server that is asked, directly and through the gateway.</summary>
public enum Subject
{
    /// <summary>On npm's server library, over Streamable HTTP.</summary>
    Npm,

    /// <summary>The same one as a child of the gateway; the suites cannot ask that directly, so it is held against the one over HTTP.</summary>
    NpmOverStdio,
}

internal static class Subjects
{
    private const string Script = "conformance.mjs";

    public static string TitleOf(Subject subject) => subject switch
    {
        Subject.Npm => "npm, HTTP",
        _ => "npm, stdio",
    };

    /// <summary>Starts it where it listens by itself.</summary>
    public static async Task<(NodeProgram Program, Uri Url)> ListenAsync(CancellationToken cancellationToken)
    {
        var program = await NodeProgram.StartAsync("servers", Script, ["http"], new Dictionary<string, string>(), cancellationToken);
        return (program, await FixtureServer.ListeningAsync(program, cancellationToken));
    }

    /// <summary>As a program for the gateway to start.</summary>
    public static async Task<ServerSettings> StdioAsync(CancellationToken cancellationToken) => new()
    {
        Command = await NodePackages.NodeAsync(cancellationToken),
        Args = [Script],
        Cwd = await NodePackages.InstallAsync("servers", cancellationToken),
    };
}
