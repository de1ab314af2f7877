using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Architecture;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Conformance;

/// <summary>Which server a suite asks, and on which way.</summary>
public enum Leg
{
    /// <summary>On npm's server library, over Streamable HTTP.</summary>
    Npm,

    NpmThroughGateway,

    /// <summary>On the C# SDK, over Streamable HTTP.</summary>
    CSharp,

    CSharpThroughGateway,

    /// <summary>The one on npm's library as a child of the gateway. The suites cannot ask a child directly.</summary>
    StdioThroughGateway,
}

internal static class Legs
{
    private const string Script = "conformance.mjs";

    /// <summary>Those that run, in the order of the page's columns.</summary>
    public static IReadOnlyList<Leg> All { get; } = [Leg.Npm, Leg.NpmThroughGateway, Leg.CSharp, Leg.CSharpThroughGateway, Leg.StdioThroughGateway];

    public static string TitleOf(Leg leg) => leg switch
    {
        Leg.Npm => "npm",
        Leg.NpmThroughGateway => "npm, through the gateway",
        Leg.CSharp => "C#",
        Leg.CSharpThroughGateway => "C#, through the gateway",
        _ => "npm over stdio, through the gateway",
    };

    /// <summary>The same server without the gateway.</summary>
    public static Leg DirectOf(Leg leg) => leg is Leg.CSharp or Leg.CSharpThroughGateway ? Leg.CSharp : Leg.Npm;

    /// <summary>The server's name in the gateway; null for the legs that do without.</summary>
    public static string? GatewayNameOf(Leg leg) => leg switch
    {
        Leg.NpmThroughGateway => "npm",
        Leg.CSharpThroughGateway => "csharp",
        Leg.StdioThroughGateway => "stdio",
        _ => null,
    };

    /// <summary>
    /// Whether a scenario asks about the streams between client and server rather than about what the server says. Through the
    /// gateway a child has no streams but the gateway's, so there is nothing to hold them against: they must only show no fault.
    /// </summary>
    public static bool IsAboutStreams(Leg leg, string scenario) => leg is Leg.StdioThroughGateway && scenario is "server-sse-polling" or "server-sse-multiple-streams";

    /// <summary>Starts the server of a leg where it listens by itself.</summary>
    public static async Task<(NodeProgram Program, Uri Url)> ListenAsync(Leg leg, CancellationToken cancellationToken)
    {
        var program = DirectOf(leg) is Leg.Npm
            ? await NodeProgram.StartAsync("servers", Script, ["http"], new Dictionary<string, string>(), cancellationToken)
            : NodeProgram.StartOther("dotnet", [CSharpServer, "http://127.0.0.1:0"]);
        return (program, await FixtureServer.ListeningAsync(program, cancellationToken));
    }

    /// <summary>The server as a program for the gateway to start, once per session: only so may it send requests to the client. Not all suites end their sessions.</summary>
    public static async Task<ServerSettings> StdioAsync(CancellationToken cancellationToken) =>
        await FixtureServer.ConformanceAsync(cancellationToken) with { Timeout = 60, Pool = StdioPool.PerSession, IdleTimeout = 20 };

    /// <summary>Built with the tests, in the same configuration.</summary>
    private static string CSharpServer
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            return Repository.PathOf("tests", "Gatehouse.Fixture", "bin", own.Parent!.Name, own.Name, "Gatehouse.Fixture.dll");
        }
    }
}
