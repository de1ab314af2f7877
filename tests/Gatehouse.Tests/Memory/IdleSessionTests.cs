using System.Text;
using Gatehouse.Gateway.Downstream.Streams;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Tests.Gateway.Sessions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Memory;

/// <summary>What sessions cost whose clients never say goodbye.</summary>
[Collection(nameof(Alone))]
public sealed class IdleSessionTests
{
    private const int Many = 1000;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void An_idle_session_costs_at_most_four_kilobytes()
    {
        var sessions = new SessionIds(new EphemeralDataProtectionProvider(), new RememberedRevocations(), _time);
        Begin(sessions, 100);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Begin(sessions, Many);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Many;
        GC.KeepAlive(sessions);
        Assert.InRange(each, 0, 4096);
    }

    [Fact]
    public async Task A_thousand_abandoned_streams_are_forgotten_and_their_memory_with_them()
    {
        using var logs = new EventLogs(_time);
        await AbandonAsync(logs, 100);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await AbandonAsync(logs, Many);
        Assert.Equal(0, logs.Count);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, before * 1.1);
    }

    private static void Begin(SessionIds sessions, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var id = sessions.Seal(new McpSession
            {
                Subject = $"subject-{number}",
                ClientId = Guid.NewGuid().ToString(),
                ProtocolVersion = "2025-11-25",
                Key = SessionIds.NewKey(),
                Capabilities = new RawJson("""{"roots":{"listChanged":true},"sampling":{},"elicitation":{"form":{},"url":{}}}"""u8.ToArray()),
                ClientInfo = new RawJson("""{"name":"some-client","title":"Some Client","version":"1.2.3","websiteUrl":"https://example.com"}"""u8.ToArray()),
            });
            Assert.NotNull(sessions.Open(id));
        }
    }

    private async Task AbandonAsync(EventLogs logs, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var log = logs.Begin($"session-{number}", ofSession: true);
            using var gone = new CancellationTokenSource();
            var reading = log.ReadAsync(log.TakeUp(0)!, _ => ValueTask.CompletedTask, gone.Token);
            Assert.True(log.TryAppend(Encoding.UTF8.GetBytes($"data: {new string('x', 2000)}\n\n")));
            await gone.CancelAsync();
            Assert.False(await reading);
        }

        Assert.Equal(count, logs.Count);
        _time.Advance(EventLogs.Grace + TimeSpan.FromSeconds(10));
    }
}
