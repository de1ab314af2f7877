using Gatehouse.Core.Configuration;

namespace Gatehouse.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    [Fact]
    public void A_small_file_is_enough()
    {
        var settings = Reading.Settings(
            """
            {
              // where people go
              "publicUrl": "http://localhost:8080",
              "identity": { "provider": "development", "development": { "users": [{ "email": "alice@example.com", "groups": ["staff"] }] } },
              "tokens": { "accessTokenLifetime": "5m" },
              "mcpServers": { "wiki": { "url": "https://wiki.example.com/mcp" }, "files": { "command": "npx", "args": ["-y", "x"] }, },
            }
            """);
        Assert.Equal("http://localhost:8080/", Assert.Single(settings.Listen).ToString());
        Assert.Equal(TimeSpan.FromMinutes(5), settings.Tokens.AccessTokenLifetime);
        Assert.Equal(["staff"], Assert.Single(settings.Identity.Development!.Users).Groups);
        Assert.Equal(["wiki", "files"], settings.McpServers.Keys);
        Assert.Equal(ServerTransport.Http, settings.McpServers["wiki"].Transport);
        Assert.Equal(ServerTransport.Stdio, settings.McpServers["files"].Transport);
        Assert.Equal("/etc/gatehouse", settings.McpServers["files"].Cwd);
    }

    [Fact]
    public void All_faults_come_at_once_each_with_its_place_and_what_would_be_right()
    {
        var result = Reading.Read(
            """
            {
              "publicUrl": "http://mcp.example.com/path",
              "identity": { "provider": "oidc" },
              "mcpServers": {
                "bad__name": { "command": "x" },
                "wiki": { "url": "https://wiki.example.com/mcp", "timout": 5, "excluded_tools": "search" },
                "slow": { "url": "https://slow.example.com/mcp", "timeout": 30000 },
                "brief": { "url": "https://brief.example.com/mcp", "maxDuration": 30, "limits": { "responseBytes": 1, "running": -1, "calls_per_minute": -5 } },
                "odd": { "transportType": "websocket", "url": "https://odd.example.com/sse" }
              },
              "limits": { "requestBytes": 4, "messagesPerMinute": -1, "keepAlive": "2h" }
            }
            """);
        Assert.Null(result.Settings);
        Assert.Equal(
            [
                "gatehouse.json:11: limits.keepAlive: must be from 1s to 1h, or 0s for none.",
                "gatehouse.json:11: limits.messagesPerMinute: must be from 1 to 1000000, or 0 for no limit.",
                "gatehouse.json:11: limits.requestBytes: is in bytes, from 65536 to 67108864.",
                "gatehouse.json:2: publicUrl: must begin with https://: tokens would travel in the clear. http:// is for localhost only.",
                "gatehouse.json:2: publicUrl: must end after the host: http://mcp.example.com",
                "gatehouse.json:3: identity.oidc: is missing: provider oidc needs it.",
                "gatehouse.json:5: mcpServers.bad__name: is no server name: 1 to 32 letters, digits, - and _, beginning and ending with a letter or digit, without a double underscore.",
                "gatehouse.json:6: mcpServers.wiki.excludedTools: is a string; it must be a list.",
                "gatehouse.json:6: mcpServers.wiki.timout: is not a setting. Did you mean timeout?",
                "gatehouse.json:7: mcpServers.slow.timeout: is in seconds, from 1 to 3600.",
                "gatehouse.json:8: mcpServers.brief.limits.callsPerMinute: must be from 1 to 1000000, or 0 for no limit.",
                "gatehouse.json:8: mcpServers.brief.limits.responseBytes: is in bytes, from 65536 to 1073741824.",
                "gatehouse.json:8: mcpServers.brief.limits.running: must be from 1 to 1000000, or 0 for no limit.",
                "gatehouse.json:8: mcpServers.brief.maxDuration: must not be shorter than timeout (60), which it would hide.",
                "gatehouse.json:9: mcpServers.odd.transportType: must be http (Streamable HTTP), sse (the older HTTP+SSE) or stdio.",
            ],
            result.Faults.Select(fault => fault.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{", "gatehouse.json:1: is not valid JSON here. Comments and trailing commas are allowed, other liberties are not.")]
    [InlineData("", "gatehouse.json:1: is not valid JSON here. Comments and trailing commas are allowed, other liberties are not.")]
    [InlineData("[]", "gatehouse.json:1: is a list; the configuration is an object: { … }")]
    [InlineData("{}\n{}", "gatehouse.json:2: is not valid JSON here. Comments and trailing commas are allowed, other liberties are not.")]
    public void What_is_no_configuration_says_where(string json, string expected) =>
        Assert.Equal(expected, Assert.Single(Reading.Read(json).Faults).ToString());

    [Fact]
    public void A_key_written_twice_is_a_fault()
    {
        var faults = Reading.Read(Reading.WithServers("""{ "one": { "command": "a", "command": "b" }, "two": { "command": "a", "timeout": 1, "required_groups": [], "requiredGroups": [] } }""")).Faults;
        Assert.Equal(["mcpServers.one.command", "mcpServers.two.requiredGroups"], faults.Select(fault => fault.Path));
    }

    [Fact]
    public void References_are_put_in_and_their_absence_is_a_fault()
    {
        var json = Reading.WithServers("""{ "one": { "url": "https://x.example.com/mcp", "headers": { "Authorization": "Bearer ${env:TOKEN}", "X-Key": "${file:secrets/key}", "X-Plain": "$${env:TOKEN}" } } }""");
        var headers = Reading.Settings(json, new() { ["TOKEN"] = "t0ken" }, new() { ["/etc/gatehouse/secrets/key"] = "k3y\n" }).McpServers["one"].Headers;
        Assert.Equal("Bearer t0ken", headers["Authorization"]);
        Assert.Equal("k3y", headers["X-Key"]);
        Assert.Equal("${env:TOKEN}", headers["X-Plain"]);

        var faults = Reading.Read(json).Faults;
        Assert.Contains(faults, fault => fault.Message == "refers to the environment variable TOKEN, which is not set.");
        Assert.Contains(faults, fault => fault.Message.StartsWith("refers to the file secrets/key, which cannot be read.", StringComparison.Ordinal));
    }

    [Fact]
    public void No_fault_repeats_a_value()
    {
        var result = Reading.Read(
            """{ "publicUrl": "hunter2", "database": { "postgres": "Password=hunter2", "encryptionKey": "hunter2" }, "identity": { "provider": "hunter2" } }""");
        Assert.NotEmpty(result.Faults);
        Assert.All(result.Faults, fault => Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "publicUrl": "https://mcp.example.com", "identity": { "provider": "development" } }""", "publicUrl")]
    [InlineData("""{ "publicUrl": "http://localhost:8080", "listen": ["http://0.0.0.0:8080"], "identity": { "provider": "development" } }""", "listen[0]")]
    [InlineData("""{ "publicUrl": "http://localhost:8080", "listen": ["http://localhost:8080", "http://192.168.1.2:8080"], "identity": { "provider": "development" } }""", "listen[1]")]
    public void Development_sign_in_works_on_loopback_alone(string json, string path)
    {
        var fault = Assert.Single(Reading.Read(json).Faults);
        Assert.Equal(path, fault.Path);
        Assert.Contains("asks for no password", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "command": "x", "url": "https://x.example.com" }""", "url")]
    [InlineData("""{ "args": [] , "transportType": "stdio" }""", "command")]
    [InlineData("""{ "transportType": "http" }""", "url")]
    [InlineData("""{ "url": "ftp://x.example.com" }""", "url")]
    [InlineData("""{ "url": "https://user:pass@x.example.com" }""", "url")]
    [InlineData("""{ "url": "https://x.example.com", "headers": { "Mcp-Session-Id": "1" } }""", "headers.Mcp-Session-Id")]
    [InlineData("""{ "url": "https://x.example.com", "headers": { "X-A": "a\r\nB: c" } }""", "headers.X-A")]
    [InlineData("""{ "url": "https://x.example.com", "headers": { "X A": "a" } }""", "headers.X A")]
    [InlineData("""{ "command": "x", "env": { "A=B": "c" } }""", "env.A=B")]
    [InlineData("""{ "url": "https://x.example.com", "forwardUser": {} }""", "forwardUser")]
    [InlineData("""{ "url": "https://x.example.com", "forwardUser": { "header": "Authorization" } }""", "forwardUser.header")]
    [InlineData("""{ "command": "x", "forwardUser": { "header": "X-User" } }""", "forwardUser.header")]
    [InlineData("""{ "command": "x", "enabled": "yes" }""", "enabled")]
    [InlineData("""{ "command": "x", "required_groups": [1] }""", "requiredGroups[0]")]
    [InlineData("""{ "url": "https://x.example.com", "pool": "per-user" }""", "pool")]
    [InlineData("""{ "url": "https://x.example.com", "idleTimeout": 60 }""", "idleTimeout")]
    [InlineData("""{ "url": "https://x.example.com", "maxChildren": 5 }""", "maxChildren")]
    [InlineData("""{ "command": "x", "maxChildren": 5 }""", "maxChildren")]
    [InlineData("""{ "command": "x", "pool": "per-user", "maxChildren": 0 }""", "maxChildren")]
    [InlineData("""{ "command": "x", "pool": "per-session", "idleTimeout": 0 }""", "idleTimeout")]
    [InlineData("""{ "command": "x", "pool": "perUser" }""", "pool")]
    public void A_server_that_cannot_work_is_refused(string server, string path) =>
        Assert.Contains($"mcpServers.one.{path}", Reading.Read(Reading.WithServers($$"""{ "one": {{server}} }""")).Faults.Select(fault => fault.Path));

    [Fact]
    public void A_group_that_nobody_can_have_is_a_warning()
    {
        var result = Reading.Read(
            """
            { "publicUrl": "https://mcp.example.com", "identity": { "provider": "google", "google": { "clientId": "c", "clientSecret": "s", "domain": "example.com" } },
              "mcpServers": { "wiki": { "url": "https://wiki.example.com/mcp", "requiredGroups": ["staff"] } } }
            """);
        Assert.Empty(result.Faults);
        Assert.Equal("mcpServers.wiki.requiredGroups", Assert.Single(result.Warnings).Path);
    }
}
