using System.Text.Json;
using System.Text.Json.Nodes;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Architecture;
using Gatehouse.Tests.Configuration;
using Json.Schema;

namespace Gatehouse.Tests.App;

/// <summary>The schema says what the reader does.</summary>
public sealed class ConfigurationSchemaTests
{
    private static readonly JsonSchema _schema = JsonSchema.FromText(ConfigurationSchema.Text);

    [Fact]
    public async Task The_schema_beside_the_documentation_is_the_programs_own()
    {
        using var folder = new TestFolder();
        var printed = await GatehouseProcess.RunAsync(folder.Path, TestContext.Current.CancellationToken, "schema");
        Assert.Equal((0, ""), (printed.ExitCode, printed.Errors));

        // After a change: gatehouse schema > docs/reference/gatehouse.schema.json
        Assert.Equal(await File.ReadAllTextAsync(Repository.PathOf("docs", "reference", "gatehouse.schema.json"), TestContext.Current.CancellationToken), printed.Output);
    }

    [Fact]
    public void It_is_a_schema() =>
        Assert.True(MetaSchemas.Draft202012.Evaluate(JsonSerializer.SerializeToElement(ConfigurationSchema.Create())).IsValid);

    [Theory]
    [InlineData("""{ "command": "x", "args": ["-y"], "env": { "A": "${env:A}" }, "timeout": 60, "enabled": true }""")]
    [InlineData("""{ "command": "x", "excluded_tools": ["a*"], "required_groups": ["b"], "_comment": "as the original has it" }""")]
    [InlineData("""{ "url": "https://x.example.com", "transportType": "http", "headers": { "A": "b" } }""")]
    [InlineData("""{ "url": "https://x.example.com", "transport_type": "streamable-http", "forward_user": { "header": "X-User" } }""")]
    [InlineData("""{ "url": "https://x.example.com", "type": "http", "audit": { "arguments": "full" } }""")]
    public void What_the_reader_takes_it_takes(string server)
    {
        var json = Reading.WithServers($$"""{ "one": {{server}} }""");
        Reading.Settings(json, new() { ["A"] = "a" });
        Assert.True(IsValid(json));
    }

    [Theory]
    [InlineData("""{ "command": "x", "timeout": "60" }""")]
    [InlineData("""{ "command": "x", "enabled": "yes" }""")]
    [InlineData("""{ "command": "x", "excluded_tools": "a" }""")]
    [InlineData("""{ "command": "x", "excluded_tools": [], "excludedTools": [] }""")]
    [InlineData("""{ "command": "x", "timout": 60 }""")]
    [InlineData("""{ "command": "x", "transportType": "websocket" }""")]
    [InlineData("""{ "command": null }""")]
    [InlineData("""{ "command": "x", "env": { "A": 1 } }""")]
    public void What_the_reader_refuses_it_refuses(string server)
    {
        var json = Reading.WithServers($$"""{ "one": {{server}} }""");
        Assert.NotEmpty(Reading.Read(json).Faults);
        Assert.False(IsValid(json));
    }

    [Theory]
    [InlineData("10m", true)]
    [InlineData("${env:LIFETIME}", true)]
    [InlineData("10 minutes", false)]
    [InlineData("00:10:00", false)]
    public void A_duration_is_a_number_and_a_unit(string duration, bool valid)
    {
        var json = $$"""{ "publicUrl": "http://localhost:8080", "identity": { "provider": "development" }, "tokens": { "accessTokenLifetime": "{{duration}}" } }""";
        Assert.Equal(valid, IsValid(json));
        Assert.Equal(valid, Reading.Read(json, new() { ["LIFETIME"] = "5m" }).Faults.Count == 0);
    }

    [Fact]
    public void What_the_environment_can_bring_need_not_stand_in_the_file()
    {
        Assert.True(IsValid("""{ "publicUrl": "https://mcp.example.com" }"""));
        Assert.True(IsValid("""{ "publicUrl": "https://mcp.example.com", "identity": { "provider": "google" } }"""));
        Assert.False(IsValid("""{ "identity": { "provider": "google" } }"""));
        Assert.False(IsValid("""{ "publicUrl": "https://mcp.example.com", "identity": { "provider": "oidc", "oidc": { "issuer": "https://login.example.com" } } }"""));
    }

    [Fact]
    public void Every_setting_is_described()
    {
        var undescribed = ConfigurationTable.Rows().Where(row => row.Meaning.Length == 0).Select(row => row.Key);
        Assert.Empty(undescribed);
    }

    internal static bool IsValid(string jsonc) => _schema.Evaluate(
        JsonSerializer.SerializeToElement(JsonNode.Parse(jsonc, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }))).IsValid;
}
