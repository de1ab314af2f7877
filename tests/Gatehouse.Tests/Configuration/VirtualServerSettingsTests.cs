namespace Gatehouse.Tests.Configuration;

public sealed class VirtualServerSettingsTests
{
    [Fact]
    public void A_part_of_the_servers_gets_a_name()
    {
        var desk = Reading.Settings(With(
            """
            "desk": {
              "servers": ["files"], "tools": ["wiki__search*"], "prompts": ["wiki"], "exclude": ["wiki__search_all"],
              "rename": { "search": "wiki__search" }, "descriptions": { "search": "Finds.", "files__read": "Reads." }, "requiredGroups": ["staff"]
            }
            """)).VirtualServers["desk"];
        Assert.Equal(["files", "wiki"], desk.NamedServers);
        Assert.True(desk.Shows("files", "anything"));
        Assert.True(desk.Shows("wiki", "search_some"));
        Assert.False(desk.Shows("wiki", "search_all"));
        Assert.False(desk.Shows("wiki", "edit"));
    }

    [Fact]
    public void All_that_would_have_no_effect_is_a_fault_and_they_come_at_once()
    {
        var faults = Reading.Read(With(
            """
            "wiki": { "servers": ["files"] },
            "a__b": { "servers": ["files"] },
            "empty": { "description": "nothing" },
            "desk": {
              "servers": ["files", "wikki"],
              "tools": ["files__read", "gone__x", "wiki", "wiki__*"],
              "prompts": ["files"],
              "exclude": ["other__x"],
              "rename": { "a__b": "wiki__a", "c.d": "wiki__c", "e": "other__e", "f": "wiki__*", "g": "wiki__g", "h": "wiki__g" },
              "descriptions": { "other__x": "x", "wiki__g": "g", "plain": "p" }
            }
            """, """, "aggregate": { "maxNameLength": 20 }""")).Faults;
        Assert.Equal(
            [
                "aggregate.maxNameLength: must be from 48 to 128.",
                "virtualServers.a__b: is no server name: 1 to 32 letters, digits, - and _, beginning and ending with a letter or digit, without a double underscore.",
                "virtualServers.desk.descriptions.other__x: has no effect: other__x is not shown here. Add it to tools.",
                "virtualServers.desk.descriptions.plain: must be SERVER__TOOL.",
                "virtualServers.desk.descriptions.wiki__g: is called g here; describe it by that name.",
                "virtualServers.desk.exclude[0]: has no effect: neither servers nor tools takes any tool of other.",
                "virtualServers.desk.prompts[0]: has no effect: servers takes files whole.",
                "virtualServers.desk.rename.a__b: is no name for a tool: 1 to 20 letters, digits, - and _, without a double underscore, which begins the names of other tools.",
                "virtualServers.desk.rename.c.d: is no name for a tool: 1 to 20 letters, digits, - and _, without a double underscore, which begins the names of other tools.",
                "virtualServers.desk.rename.e: has no effect: other__e is not shown here. Add it to tools.",
                "virtualServers.desk.rename.f: must name one tool, not a pattern.",
                "virtualServers.desk.rename.h: gives wiki__g a second name beside g; keep one.",
                "virtualServers.desk.servers[1]: there is no server wikki in mcpServers. Did you mean wiki?",
                "virtualServers.desk.tools[0]: has no effect: servers takes files whole. Take it out there to show a part of it, or use exclude.",
                "virtualServers.desk.tools[1]: there is no server gone in mcpServers.",
                "virtualServers.desk.tools[2]: must be SERVER__TOOL.",
                "virtualServers.empty: shows nothing: name whole servers in servers, or parts of them in tools, prompts or resources.",
                "virtualServers.wiki: has the name of the server wiki; both would be /mcp/wiki.",
            ],
            faults.Select(fault => $"{fault.Path}: {fault.Message}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_server_that_is_disabled_may_be_named_and_is_warned_of()
    {
        var result = Reading.Read(With("""  "desk": { "servers": ["files", "off"] } """));
        Assert.Empty(result.Faults);
        Assert.Equal("virtualServers.desk.servers[1]", Assert.Single(result.Warnings).Path);
    }

    [Fact]
    public void Groups_that_nobody_is_in_are_warned_of_there_too() =>
        Assert.Contains(
            Reading.Read(
                """
                {
                  "publicUrl": "https://mcp.example.com",
                  "identity": { "provider": "oidc", "oidc": { "issuer": "https://login.example.com", "clientId": "x", "clientSecret": "y", "allowedDomains": ["example.com"] } },
                  "mcpServers": { "files": { "command": "x" } },
                  "virtualServers": { "desk": { "servers": ["files"], "requiredGroups": ["staff"] } }
                }
                """).Warnings,
            warning => warning.Path == "virtualServers.desk.requiredGroups");

    private static string With(string virtualServers, string more = "") => Reading.WithServers(
        $$"""
        { "files": { "command": "x" }, "wiki": { "command": "x" }, "other": { "command": "x" }, "off": { "command": "x", "enabled": false } },
        "virtualServers": { {{virtualServers}} } {{more}}
        """);
}
