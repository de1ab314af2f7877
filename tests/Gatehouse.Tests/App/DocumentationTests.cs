using System.CommandLine;
using System.Text.RegularExpressions;
using Gatehouse.App.Cli;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Architecture;
using Gatehouse.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.App;

/// <summary>What is written about the program is true of it.</summary>
public sealed partial class DocumentationTests
{
    private static readonly Surroundings _surroundings = new(TextWriter.Null, TextWriter.Null, _ => null, TimeProvider.System);

    public static TheoryData<string> Examples => [.. Directory.EnumerateFiles(Repository.PathOf("examples"), "*.json").Select(file => Path.GetRelativePath(Repository.Root, file)).Order()];

    public static TheoryData<string> Guides => [.. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
        .Append(Repository.PathOf("README.md")).Where(file => WholeConfiguration().IsMatch(File.ReadAllText(file)))
        .Select(file => Path.GetRelativePath(Repository.Root, file)).Order()];

    public static TheoryData<string> Commands => [.. Paths(CommandLine.Root(_surroundings), "gatehouse")];

    [Theory, MemberData(nameof(Examples))]
    public void An_example_works_and_editors_know_its_schema(string file)
    {
        var json = File.ReadAllText(Repository.PathOf(file));
        AssertWorks(json);
        Assert.Contains("\"$schema\": \"../docs/reference/gatehouse.schema.json\"", json, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Guides))]
    public void A_configuration_in_the_documentation_works(string file)
    {
        foreach (Match block in WholeConfiguration().Matches(File.ReadAllText(Repository.PathOf(file)))) AssertWorks(block.Groups[1].Value);
    }

    [Theory, MemberData(nameof(Commands))]
    public async Task The_reference_shows_the_help_of_each_command(string command)
    {
        using var folder = new TestFolder();
        var help = await GatehouseProcess.RunAsync(folder.Path, TestContext.Current.CancellationToken, [.. command.Split(' ').Skip(1), "--help"]);
        Assert.Equal((0, ""), (help.ExitCode, help.Errors));
        Assert.Contains("Examples:\n", help.Output, StringComparison.Ordinal);
        var printed = string.Join('\n', help.Output.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
        Assert.Contains($"```text\n$ {command} --help\n{printed}\n```\n", Read("docs", "reference", "cli.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_explains_each_exit_code()
    {
        var documented = ExitCodeRow().Matches(Read("docs", "reference", "cli.md")).Select(match => match.Groups[1].Value);
        var codes = typeof(ExitCode).GetFields().Select(field => field.GetRawConstantValue()!.ToString()!);
        Assert.Equal(codes.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_reference_names_the_columns_in_their_order()
    {
        var columns = string.Join(", ", AuditColumns.ForPrograms.Select(column => $"`{column.Name}`"));
        Assert.Contains(columns, Read("docs", "reference", "cli.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_has_exactly_the_settings_that_there_are()
    {
        var rows = ConfigurationTable.Rows().Select(row => row.ToString());
        Assert.Equal(rows.Order(StringComparer.Ordinal), SettingRow().Matches(Read("docs", "reference", "configuration.md")).Select(match => match.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_reference_has_exactly_the_tables_that_there_are()
    {
        using var store = new SqliteStore();
        await using var process = await store.OpenAsync(TestContext.Current.CancellationToken, hosted: false);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(store.DataPath, "gatehouse.db")};Mode=ReadOnly");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '__EFMigrationsLock'";
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var tables = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) tables.Add(reader.GetString(0));
        var documented = TableRow().Matches(Read("docs", "reference", "storage.md")).Select(match => match.Groups[1].Value);
        Assert.Equal(tables.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    /// <summary>Every reference resolves; the values are of no importance.</summary>
    private static void AssertWorks(string json)
    {
        Assert.True(ConfigurationSchemaTests.IsValid(json));
        const string Key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        var result = ConfigurationReader.Read(new ConfigurationInput(
            "gatehouse.json", System.Text.Encoding.UTF8.GetBytes(json), Repository.PathOf("examples"),
            name => OriginalEnvironment.Kept.ContainsKey(name) || OriginalEnvironment.Gone.ContainsKey(name) ? null : Key, _ => Key));
        Assert.Empty(result.Faults);
        Assert.Empty(result.Warnings);
    }

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(inner => Paths(inner, $"{path} {inner.Name}")).Prepend(path);

    private static string Read(params string[] path) => File.ReadAllText(Repository.PathOf(path));

    [GeneratedRegex("""^```jsonc\n((?:(?!```).*\n)*?(?:(?!```).*"publicUrl".*\n)(?:(?!```).*\n)*)```""", RegexOptions.Multiline)]
    private static partial Regex WholeConfiguration();

    [GeneratedRegex(@"^\| `[A-Za-z.\[\]]+` \| .* \| .* \| .* \|$", RegexOptions.Multiline)]
    private static partial Regex SettingRow();

    [GeneratedRegex(@"^\| ([0-9]+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitCodeRow();

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
