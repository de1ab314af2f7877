using System.Text;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Configuration;

/// <summary>Reads configurations that stand in a test.</summary>
internal static class Reading
{
    public static ConfigurationResult Read(string json, Dictionary<string, string>? environment = null, Dictionary<string, string>? files = null) =>
        ConfigurationReader.Read(new ConfigurationInput(
            "gatehouse.json",
            Encoding.UTF8.GetBytes(json),
            "/etc/gatehouse",
            name => environment?.GetValueOrDefault(name),
            path => files?.GetValueOrDefault(path)));

    public static GatehouseSettings Settings(string json, Dictionary<string, string>? environment = null, Dictionary<string, string>? files = null)
    {
        var result = Read(json, environment, files);
        Assert.Empty(result.Faults);
        return result.Settings!;
    }

    /// <summary>A configuration for development with these servers.</summary>
    public static string WithServers(string servers) =>
        $$"""{ "publicUrl": "http://localhost:8080", "identity": { "provider": "development" }, "mcpServers": {{servers}} }""";

    public static ServerSettings Server(string server) => Settings(WithServers($$"""{ "one": {{server}} }""")).McpServers["one"];
}
