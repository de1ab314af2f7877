using System.Text.Json;
using Gatehouse.App.Cli;
using Gatehouse.Core.Audit;
using Gatehouse.Tests.Parts;
using Gatehouse.Tests.Storage;

namespace Gatehouse.Tests.App;

public sealed class SqliteAuditCommandTests() : AuditCommandTests(new SqliteStore());

public sealed class PostgresAuditCommandTests(PostgresServer server) : AuditCommandTests(new PostgresStore(server));

/// <summary><c>gatehouse audit</c> on a trail that another process is writing, on every database.</summary>
public abstract class AuditCommandTests(TestStore store) : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestProcess _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now { get; } = TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        await store.CreateAsync(Cancellation);
        var database = store is SqliteStore sqlite
            ? JsonSerializer.Serialize(new { dataPath = sqlite.DataPath })
            : JsonSerializer.Serialize(new { postgres = store.Database.Postgres, encryptionKey = store.Database.EncryptionKey });
        _folder.WriteConfiguration(8080, $$""", "database": {{database}}""");
        _server = await store.OpenAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        store.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_pipe_gets_columns_with_tabs_between_them()
    {
        var recorded = Event("search") with
        {
            Reason = "not in the group",
            ClientId = "c-1",
            ClientName = "Claude Code",
            Arguments = """{"query":5}""",
            Duration = TimeSpan.FromMilliseconds(12.5),
            RequestBytes = 100,
            ResponseBytes = 2000,
            RequestId = "r-1",
        };
        await RecordAsync(recorded);
        var time = recorded.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            $"{time}\talice@example.com\tgoogle|1\tClaude Code\tc-1\tcall\twiki\tsearch\tok\t12.5\t100\t2000\tr-1\tnot in the group\t{{\"query\":5}}\n",
            await QueryAsync());
    }

    [Fact]
    public async Task Json_is_one_object_a_line_with_the_arguments_as_they_were()
    {
        await RecordAsync(Event("first") with { Arguments = """{"query":{"string":12}}""" }, Event("second") with { Arguments = "{\"cut" });
        var lines = (await QueryAsync("--output", "json")).TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["first", "second"], lines.Select(line => line.GetProperty("target").GetString()));
        Assert.Equal(12, lines[0].GetProperty("arguments").GetProperty("query").GetProperty("string").GetInt32());
        Assert.Equal("{\"cut", lines[1].GetProperty("arguments").GetString());
        Assert.False(lines[0].TryGetProperty("reason", out _));
    }

    [Fact]
    public async Task A_table_has_a_heading()
    {
        await RecordAsync(Event("search") with { Outcome = AuditOutcome.TimedOut });
        var table = (await QueryAsync("--output", "table")).Split('\n');
        Assert.Contains(table, line => line.Contains("time (UTC)", StringComparison.Ordinal) && line.Contains("outcome", StringComparison.Ordinal));
        Assert.Contains(table, line => line.Contains("alice@example.com", StringComparison.Ordinal) && line.Contains("timed-out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bob", "--user", "bob@example.com")]
    [InlineData("deleted", "--tool", "delete*")]
    [InlineData("deleted", "--outcome", "refused")]
    [InlineData("bob", "--server", "files")]
    [InlineData("bob", "--client", "Cursor")]
    [InlineData("listed", "--action", "list")]
    [InlineData("old", "--until", "1d")]
    [InlineData("bob,deleted,listed", "--since", "1h")]
    [InlineData("listed", "--limit", "1")]
    public async Task Each_filter_leaves_out_what_does_not_match(string expected, params string[] filter)
    {
        await RecordAsync(
            Event("old") with { Time = Now.AddDays(-2), ClientId = "old" },
            Event("bob") with { Time = Now.AddMinutes(-3), ClientId = "bob", User = "bob@example.com", Server = "files", ClientName = "Cursor" },
            Event("delete_page") with { Time = Now.AddMinutes(-2), ClientId = "deleted", Outcome = AuditOutcome.Refused },
            Event("all") with { Time = Now.AddMinutes(-1), ClientId = "listed", Action = AuditAction.List });
        var output = await QueryAsync(filter);
        Assert.Equal(expected, string.Join(',', output.TrimEnd().Split('\n').Select(line => line.Split('\t')[4])));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("tsv")]
    [InlineData("json")]
    public async Task Text_of_strangers_cannot_command_the_terminal(string format)
    {
        const string Evil = "\e[2J\e]0;owned\a\u009b31m\r\nforged\tline\u202e\u2028";
        await RecordAsync(Event(Evil) with { ClientName = Evil, User = Evil, Server = Evil, Reason = Evil, Arguments = JsonSerializer.Serialize(new { evil = Evil }) });
        var output = await QueryAsync("--output", format);
        Assert.DoesNotContain(output.Replace("\n", "", StringComparison.Ordinal), letter =>
            (char.IsControl(letter) && letter != '\t') || letter is '\u202e' or '\u2028');
        if (format == "table") return;
        var line = Assert.Single(output.TrimEnd('\n').Split('\n'));
        if (format == "json") Assert.Equal(Evil, JsonDocument.Parse(line).RootElement.GetProperty("target").GetString());
        else Assert.Equal(AuditColumns.ForPrograms.Count, line.Split('\t').Length);
    }

    [Fact]
    public async Task A_tail_goes_on_until_it_is_interrupted_and_misses_nothing()
    {
        await RecordAsync(Event("before") with { Time = Now.AddMinutes(-1) });
        await using var tail = GatehouseProcess.Start(_folder.Path, null, "audit", "tail", "--output", "json");
        await tail.LineAsync(Target("before"), Cancellation);
        await RecordAsync([.. Enumerable.Range(0, 50).Select(i => Event($"live-{i}") with { Time = TimeProvider.System.GetUtcNow() })]);
        await tail.LineAsync(Target("live-49"), Cancellation);
        await RecordAsync(Event("last"));
        await tail.LineAsync(Target("last"), Cancellation);
        await tail.SignalAsync("TERM", Cancellation);
        var ending = await tail.EndAsync(Cancellation);
        Assert.Equal((0, ""), (ending.ExitCode, ending.Errors));
        Assert.Equal(52, ending.Output.TrimEnd().Split('\n').Length);

        static Func<string, bool> Target(string name) => line => line.Contains($"\"target\":\"{name}\"", StringComparison.Ordinal);
    }

    private static AuditEvent Event(string target) => new()
    {
        Id = Guid.CreateVersion7(Now),
        Time = Now,
        Action = AuditAction.Call,
        Outcome = AuditOutcome.Ok,
        User = "alice@example.com",
        Subject = "google|1",
        Server = "wiki",
        Target = target,
    };

    /// <summary>Records, and waits until it can be read.</summary>
    private async Task RecordAsync(params AuditEvent[] events)
    {
        var log = _server.Get<IAuditLog>();
        foreach (var auditEvent in events) await log.RecordAsync(auditEvent, Cancellation);
        var trail = _server.Get<IAuditTrail>();
        var awaited = events.Select(auditEvent => auditEvent.Id).ToHashSet();
        while (awaited.Count > 0)
        {
            await Task.Yield();
            await foreach (var written in trail.QueryAsync(new AuditQuery { Limit = 1000 }, Cancellation)) awaited.Remove(written.Id);
        }
    }

    private async Task<string> QueryAsync(params string[] arguments)
    {
        var ending = await GatehouseProcess.RunAsync(_folder.Path, Cancellation, ["audit", "query", .. arguments]);
        Assert.Equal((0, ""), (ending.ExitCode, ending.Errors));
        return ending.Output;
    }
}
