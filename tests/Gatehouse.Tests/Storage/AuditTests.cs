using System.Collections.Concurrent;
using Gatehouse.Core.Audit;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.Storage;

public sealed class SqliteAuditTests() : AuditTests(new SqliteStore());

public sealed class PostgresAuditTests(PostgresServer server) : AuditTests(new PostgresStore(server));

/// <summary>What the audit trail promises, on every database.</summary>
public abstract class AuditTests(TestStore store) : IAsyncLifetime
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => store.CreateAsync(Cancellation);

    public ValueTask DisposeAsync()
    {
        store.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_event_comes_back_as_it_was_recorded()
    {
        var recorded = Event() with
        {
            Reason = "not in the group",
            ClientId = "client-1",
            ClientName = "Claude Code",
            Server = "wiki",
            Target = "search",
            Arguments = """{"query":{"string":12}}""",
            Duration = TimeSpan.FromMicroseconds(1234),
            RequestBytes = 100,
            ResponseBytes = 2000,
            RequestId = "r-1",
        };
        await RecordAsync(recorded);
        var read = Assert.Single(await QueryAsync(new AuditQuery()));
        Assert.Equal(recorded, read with { Sequence = 0 });
        Assert.True(read.Sequence > 0);
    }

    [Fact]
    public async Task Each_filter_leaves_out_what_does_not_match()
    {
        var alice = Event() with { User = "alice@example.com", Subject = "google|1", Server = "wiki", Target = "delete_page", ClientId = "c1", ClientName = "Cursor", Outcome = AuditOutcome.Refused };
        var bob = Event() with { User = "bob@example.com", Subject = "google|2", Server = "files", Target = "Delete_Page", ClientId = "c2", ClientName = "Codex", Action = AuditAction.List, Time = _noon.AddHours(1) };
        await RecordAsync(alice, bob);

        await AssertOnlyAsync(alice, new AuditQuery { User = "alice@example.com" });
        await AssertOnlyAsync(alice, new AuditQuery { User = "google|1" });
        await AssertOnlyAsync(bob, new AuditQuery { Server = "files" });
        await AssertOnlyAsync(alice, new AuditQuery { Target = "delete_page" });
        await AssertOnlyAsync(alice, new AuditQuery { Target = "delete*" });
        await AssertOnlyAsync(bob, new AuditQuery { Target = "*_Page" });
        await AssertOnlyAsync(bob, new AuditQuery { Client = "c2" });
        await AssertOnlyAsync(alice, new AuditQuery { Client = "Cursor" });
        await AssertOnlyAsync(bob, new AuditQuery { Action = AuditAction.List });
        await AssertOnlyAsync(alice, new AuditQuery { Outcome = AuditOutcome.Refused });
        await AssertOnlyAsync(bob, new AuditQuery { Since = _noon.AddMinutes(1) });
        await AssertOnlyAsync(alice, new AuditQuery { Until = _noon.AddMinutes(1) });
    }

    [Theory]
    [InlineData("a%c", "a%*", "abc")]
    [InlineData("a_c", "a_*", "abc")]
    [InlineData("a[b]", "a[b*", "ab")]
    [InlineData("a?c", "a?*", "abc")]
    [InlineData(@"a\c", @"a\*", "abc")]
    public async Task Only_the_star_is_a_wildcard(string meant, string pattern, string other)
    {
        await RecordAsync(Event() with { Target = meant }, Event() with { Target = other });
        Assert.Equal(meant, Assert.Single(await QueryAsync(new AuditQuery { Target = pattern })).Target);
    }

    [Fact]
    public async Task Of_too_many_the_newest_come_oldest_first()
    {
        await RecordAsync([.. Enumerable.Range(0, 10).Select(i => Event() with { Time = _noon.AddMinutes(i), Target = $"t{i}" })]);
        Assert.Equal(["t7", "t8", "t9"], (await QueryAsync(new AuditQuery { Limit = 3 })).Select(read => read.Target));
    }

    [Fact]
    public async Task A_batch_that_is_sent_in_several_pieces_is_stored_whole()
    {
        AuditEvent[] recorded = [.. Enumerable.Range(0, 400).Select(i => Event() with { Time = _noon.AddSeconds(i), Arguments = $$"""{"text":"{{new string('ü', 200 * (i % 5))}}"}""" })];
        await RecordAsync(recorded);
        var read = await QueryAsync(new AuditQuery { Limit = 1000 });
        Assert.Equal(recorded, read.Select(one => one with { Sequence = 0 }));
    }

    [Fact]
    public async Task A_tail_sees_every_event_once_whoever_writes_it()
    {
        await using var one = await store.OpenAsync(Cancellation);
        await using var two = await store.OpenAsync(Cancellation);
        var expected = new ConcurrentBag<Guid>();
        var writing = Task.WhenAll(new[] { one, two }.Select(process => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var auditEvent = Event();
                expected.Add(auditEvent.Id);
                await process.Get<IAuditLog>().RecordAsync(auditEvent, Cancellation);
            }
        }, Cancellation)));

        var seen = new List<Guid>();
        var after = 0L;
        while (seen.Count < 1000)
        {
            Cancellation.ThrowIfCancellationRequested();
            await foreach (var read in one.Get<IAuditTrail>().QueryAsync(new AuditQuery { After = after }, Cancellation))
            {
                Assert.True(read.Sequence > after);
                after = read.Sequence;
                seen.Add(read.Id);
            }
        }

        await writing;
        Assert.Equal(expected.Order(), seen.Order());
    }

    [Fact]
    public async Task Text_that_no_database_takes_does_not_hold_up_the_trail()
    {
        await RecordAsync(
            Event() with { ClientName = "nul\0nul", Reason = "half \uD83D pair", Target = "whole \uD83D\uDE00 pair" },
            Event() with { Target = new string('x', 100_000), Arguments = new string('y', 100_000) });
        var read = await QueryAsync(new AuditQuery());
        var repaired = Assert.Single(read, auditEvent => auditEvent.ClientName is not null);
        Assert.Equal("nul\uFFFDnul", repaired.ClientName);
        Assert.Equal("half \uFFFD pair", repaired.Reason);
        Assert.Equal("whole \uD83D\uDE00 pair", repaired.Target);
        Assert.EndsWith("…(+97952)", Assert.Single(read, auditEvent => auditEvent.ClientName is null).Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writing_a_batch_again_stores_nothing_twice()
    {
        await using var process = await store.OpenAsync(Cancellation, hosted: false);
        var sink = process.Get<Gatehouse.Storage.Audit.IAuditSink>();
        AuditEvent[] batch = [Event(), Event()];
        await sink.WriteAsync(batch, Cancellation);
        await sink.WriteAsync(batch, Cancellation);
        Assert.Equal(2, (await QueryAsync(new AuditQuery())).Count);
    }

    [Fact]
    public async Task What_waits_at_a_stop_is_written()
    {
        var process = await store.OpenAsync(Cancellation);
        for (var i = 0; i < 3000; i++) await process.Get<IAuditLog>().RecordAsync(Event(), Cancellation);
        await process.DisposeAsync();
        Assert.Equal(3000, (await QueryAsync(new AuditQuery { Limit = 10_000 })).Count);
    }

    [Fact]
    public async Task A_full_buffer_makes_callers_wait_and_loses_nothing()
    {
        var process = await store.OpenAsync(Cancellation, hosted: false);
        var log = process.Get<IAuditLog>();
        for (var i = 0; i < Gatehouse.Storage.Audit.AuditLog.Capacity; i++) await log.RecordAsync(Event(), Cancellation);
        var waiting = log.RecordAsync(Event(), Cancellation).AsTask();
        var ready = log.ReadyAsync(Cancellation).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.False(ready.IsCompleted);

        var writer = process.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<Gatehouse.Storage.Audit.AuditWriter>().Single();
        await writer.StartAsync(Cancellation);
        await waiting;
        await ready;
        await writer.StopAsync(Cancellation);
        await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.ReadyAsync(Cancellation));
        await process.DisposeAsync();
        Assert.Equal(Gatehouse.Storage.Audit.AuditLog.Capacity + 1, (await QueryAsync(new AuditQuery { Limit = 100_000 })).Count);
    }

    private static AuditEvent Event() => new()
    {
        Id = Guid.CreateVersion7(_noon),
        Time = _noon,
        Action = AuditAction.Call,
        Outcome = AuditOutcome.Ok,
    };

    private async Task RecordAsync(params AuditEvent[] events)
    {
        await using var process = await store.OpenAsync(Cancellation);
        foreach (var auditEvent in events) await process.Get<IAuditLog>().RecordAsync(auditEvent, Cancellation);
    }

    private async Task<List<AuditEvent>> QueryAsync(AuditQuery query)
    {
        await using var process = await store.OpenAsync(Cancellation, hosted: false);
        return await process.Get<IAuditTrail>().QueryAsync(query, Cancellation).ToListAsync(Cancellation);
    }

    private async Task AssertOnlyAsync(AuditEvent expected, AuditQuery query) => Assert.Equal(expected.Id, Assert.Single(await QueryAsync(query)).Id);
}
