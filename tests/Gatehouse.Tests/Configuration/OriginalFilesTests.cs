using System.Text.RegularExpressions;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Architecture;

namespace Gatehouse.Tests.Configuration;

/// <summary>What was written for the original proxy still works.</summary>
public sealed partial class OriginalFilesTests
{
    private const string Servers =
        """
        {
          "_comment": "as the original's examples are written",
          "mcpServers": {
            "fetch": { "disabled": false, "timeout": 60, "command": "uvx", "args": ["mcp-server-fetch"], "transportType": "stdio" },
            "grafana": {
              "disabled": true, "timeout": 60, "command": "npx", "args": ["-y", "mcp-remote", "http://127.0.0.1:8000/mcp"],
              "transportType": "stdio", "excluded_tools": ["list_teams", "*loki*", "patch*"]
            },
            "posthog": {
              "_comment": "analytics", "enabled": true, "url": "https://mcp.posthog.example.com/mcp", "transportType": "http",
              "headers": { "Authorization": "Bearer ${env:POSTHOG_API_KEY}" }, "required_groups": ["analytics-team", "sre-team"]
            }
          }
        }
        """;

    [Fact]
    public void A_servers_file_and_the_environment_make_a_whole_configuration()
    {
        var settings = Reading.Settings(
            """{ "publicUrl": "https://mcp.example.com" }""",
            new()
            {
                ["GOOGLE_OAUTH"] = """{"web":{"client_id":"id.apps.googleusercontent.com","client_secret":"s$${cret","redirect_uris":["https://mcp.example.com/auth/callback"]}}""",
                ["GOOGLE_WORKSPACE_DOMAIN"] = "example.com",
                ["SA_EMAIL"] = "sa@project.iam.gserviceaccount.com",
                ["GOOGLE_ADMIN_EMAIL"] = "admin@example.com",
                ["GOOGLE_CUSTOMER_ID"] = "C0123",
                ["GOOGLE_ORG_UNIT_PATH"] = "/Staff",
                ["MCP_SERVERS_CONFIG_PATH"] = "mcp-servers.json",
                ["POSTHOG_API_KEY"] = "phx",
                ["PORT"] = "9000",
            },
            new() { ["/etc/gatehouse/mcp-servers.json"] = Servers });

        var google = settings.Identity.Google!;
        Assert.Equal(IdentityProvider.Google, settings.Identity.Provider);
        Assert.Equal(("id.apps.googleusercontent.com", "s$${cret", "example.com"), (google.ClientId, google.ClientSecret, google.Domain));
        Assert.Equal(
            new GoogleDirectorySettings { ServiceAccountEmail = "sa@project.iam.gserviceaccount.com", AdminEmail = "admin@example.com", CustomerId = "C0123", OrgUnitPath = "/Staff" },
            google.Directory);
        Assert.Equal("http://0.0.0.0:9000/", Assert.Single(settings.Listen).ToString());

        Assert.False(settings.McpServers["grafana"].IsActive);
        Assert.Equal(["list_teams", "*loki*", "patch*"], settings.McpServers["grafana"].ExcludedTools);
        Assert.Equal(["analytics-team", "sre-team"], settings.McpServers["posthog"].RequiredGroups);
        Assert.Equal("Bearer phx", settings.McpServers["posthog"].Headers["Authorization"]);
    }

    [Fact]
    public void The_file_wins_over_the_environment()
    {
        var settings = Reading.Settings(
            """
            { "publicUrl": "https://mcp.example.com", "listen": ["http://127.0.0.1:1234"], "mcpServers": {},
              "identity": { "provider": "google", "google": { "clientId": "file", "clientSecret": "file", "domain": "file.example.com" } } }
            """,
            new() { ["GOOGLE_OAUTH"] = """{"client_id":"env","client_secret":"env"}""", ["GOOGLE_WORKSPACE_DOMAIN"] = "env.example.com", ["PORT"] = "1", ["MCP_SERVERS_CONFIG_PATH"] = "x" });
        Assert.Equal(("file", "file", "file.example.com"), (settings.Identity.Google!.ClientId, settings.Identity.Google.ClientSecret, settings.Identity.Google.Domain));
        Assert.Equal(1234, Assert.Single(settings.Listen).Port);
    }

    [Fact]
    public void A_variable_without_meaning_is_named()
    {
        var result = Reading.Read(Reading.WithServers("{}"), new() { ["FORCE_HTTPS_DOMAINS"] = "example.com" });
        Assert.Equal("environment variable FORCE_HTTPS_DOMAINS", Assert.Single(result.Warnings).Origin);
    }

    [Fact]
    public void The_table_for_those_who_migrate_is_the_programs_own()
    {
        var documented = Row().Matches(File.ReadAllText(Repository.PathOf("docs", "reference", "migrating.md"))).Select(match => match.Groups[1].Value);
        Assert.Equal(OriginalEnvironment.Kept.Keys.Concat(OriginalEnvironment.Gone.Keys).Order(), documented.Order());
    }

    [GeneratedRegex(@"^\| `([A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
