using System.Reflection;
using Gatehouse.Core.Configuration;

namespace Gatehouse.App.Cli;

/// <summary>What <c>gatehouse run</c> prints first: what it serves, and how to connect.</summary>
internal static class StartupBanner
{
    public static void Print(TextWriter output, ConfigurationFile configuration, GatehouseRole role)
    {
        var summary = new Summary(configuration);
        var endpoint = $"{summary.Url}/mcp";
        output.WriteLine($"Gatehouse {Version}{(role is GatehouseRole.All ? "" : $", role {role.ToString().ToLowerInvariant()}")}");
        output.WriteLine($"  URL          {(role is GatehouseRole.OAuth ? summary.Url : endpoint)}");
        output.WriteLine($"  Sign-in      {summary.SignIn}");
        output.WriteLine($"  State        {summary.State}");
        if (role is GatehouseRole.OAuth) return;

        output.WriteLine($"  Servers      {summary.Servers}");
        output.WriteLine($"  Claude Code  claude mcp add --transport http gatehouse {endpoint}");
        output.WriteLine($$"""  VS Code      code --add-mcp '{"name":"gatehouse","type":"http","url":"{{endpoint}}"}'""");
        output.WriteLine($"  Inspector    npx @modelcontextprotocol/inspector --transport http --server-url {endpoint}");
    }

    private static string Version { get; } =
        typeof(StartupBanner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
