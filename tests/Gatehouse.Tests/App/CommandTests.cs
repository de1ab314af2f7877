using System.Text.RegularExpressions;

namespace Gatehouse.Tests.App;

/// <summary>The commands that end by themselves: what they say, and with which code.</summary>
public sealed partial class CommandTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_says_in_one_line_what_would_be_served()
    {
        _folder.WriteConfiguration(8080, """, "mcpServers": { "wiki": { "url": "https://wiki.example.com/mcp" }, "off": { "command": "x", "disabled": true } }""");
        var ending = await RunAsync("check");
        Assert.Equal(
            (0, $"The configuration is right: http://127.0.0.1:8080, sign-in with a name to pick (development), 1 server (wiki), state: SQLite in {Path.Combine(_folder.Path, "data")}.\n", ""),
            (ending.ExitCode, ending.Output, ending.Errors));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "data")));
    }

    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    [InlineData("audit", "query", "--config")]
    public async Task Every_command_reports_all_faults_at_once(params string[] command)
    {
        _folder.Write("bad.json", """{ "publicUrl": "ftp://x", "identity": { "provider": "oidc" }, "mcpServers": { "a__b": { "command": "x" } }, "colour": "red" }""");
        var ending = await RunAsync([.. command, "bad.json"]);
        Assert.Equal((78, ""), (ending.ExitCode, ending.Output));
        Assert.Equal(
            ["bad.json:1: colour", "bad.json:1: identity.oidc", "bad.json:1: mcpServers.a__b", "bad.json:1: publicUrl"],
            Fault().Matches(ending.Errors).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.EndsWith("\ngatehouse: 4 faults in the configuration.\n", ending.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_does_not_make_a_configuration_wrong()
    {
        _folder.WriteConfiguration(8080, """, "mcpServers": { "off": { "command": "x", "disabled": true, "enabled": false } }""");
        var ending = await RunAsync("check", "gatehouse.json");
        Assert.Equal(0, ending.ExitCode);
        Assert.StartsWith("warning: gatehouse.json:1: mcpServers.off.disabled: ", ending.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(66, "gatehouse: none.json does not exist.", "check", "none.json")]
    [InlineData(66, "gatehouse: gatehouse.json does not exist.", "run")]
    [InlineData(66, "gatehouse: . is a folder", "run", ".")]
    [InlineData(64, "'--rolle' is no option of this command.", "run", "--rolle", "proxy")]
    [InlineData(64, "Argument 'both' not recognized.", "run", "--role", "both")]
    [InlineData(64, "'yesterday' is no time: write how long ago (30m, 2h, 1d, 2w)", "audit", "query", "--since", "yesterday")]
    [InlineData(64, "--limit is a number from 1 to 1000000.", "audit", "query", "--limit", "0")]
    [InlineData(64, "--limit is a number from 1 to 1000000.", "audit", "query", "--limit", "many")]
    [InlineData(64, "Argument 'tasted' not recognized.", "audit", "tail", "--action", "tasted")]
    [InlineData(64, "Unrecognized command or argument '--until'", "audit", "tail", "--until", "1d")]
    [InlineData(64, "Required command was not provided.")]
    public async Task A_mistake_is_answered_with_a_line_and_a_code(int exitCode, string message, params string[] command)
    {
        var ending = await RunAsync(command);
        Assert.Equal(exitCode, ending.ExitCode);
        Assert.Contains(message, ending.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ending.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_can_name_the_configuration()
    {
        var path = _folder.WriteConfiguration(8080);
        using var elsewhere = new TestFolder();
        await using var process = GatehouseProcess.Start(elsewhere.Path, new Dictionary<string, string> { ["GATEHOUSE_CONFIG"] = path }, "check");
        Assert.Equal(0, (await process.EndAsync(Cancellation)).ExitCode);
    }

    [Fact]
    public async Task No_secret_of_the_configuration_is_printed()
    {
        _folder.Write("gatehouse.json",
            """
            { "publicUrl": "https://mcp.example.com",
              "database": { "postgres": "Host=db;Database=gh;Username=u;Password=hunter2", "encryptionKey": "aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ=" },
              "identity": { "provider": "oidc", "oidc": { "issuer": "https://login.example.com", "clientId": "c", "clientSecret": "hunter2", "allowedDomains": ["example.com"] } } }
            """);
        var ending = await RunAsync("check");
        Assert.Equal(0, ending.ExitCode);
        Assert.Contains("PostgreSQL (gh at db)", ending.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", ending.Output + ending.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit", "query")]
    [InlineData("audit", "tail")]
    public async Task The_audit_of_a_database_that_was_never_made_makes_none(params string[] command)
    {
        _folder.WriteConfiguration(8080);
        var ending = await RunAsync(command);
        Assert.Equal(69, ending.ExitCode);
        Assert.StartsWith($"gatehouse: There is no database {Path.Combine(_folder.Path, "data", "gatehouse.db")}", ending.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "data")));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("audit", "query")]
    public async Task A_database_that_does_not_answer_is_one_line(params string[] command)
    {
        var nobody = TestFolder.FreePort();
        _folder.WriteConfiguration(TestFolder.FreePort(), $$""", "database": { "postgres": "Host=127.0.0.1;Port={{nobody}};Username=u;Password=hunter2", "encryptionKey": "aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ=" }""");
        var ending = await RunAsync(command);
        Assert.Equal(69, ending.ExitCode);
        Assert.StartsWith($"gatehouse: PostgreSQL at 127.0.0.1:{nobody}, database u, cannot be reached: ", ending.Errors, StringComparison.Ordinal);
        Assert.Single(ending.Errors.TrimEnd().Split('\n'));
        Assert.DoesNotContain("hunter2", ending.Errors, StringComparison.Ordinal);
    }

    private Task<Ending> RunAsync(params string[] arguments) => GatehouseProcess.RunAsync(_folder.Path, Cancellation, arguments);

    [GeneratedRegex("^error: ([^ ]+ [^ ]+): ", RegexOptions.Multiline)]
    private static partial Regex Fault();
}
