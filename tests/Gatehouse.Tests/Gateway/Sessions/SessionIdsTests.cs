using Gatehouse.Gateway.Sessions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Sessions;

public sealed class SessionIdsTests
{
    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Another_process_opens_what_one_sealed()
    {
        var session = Session();
        var id = new SessionIds(_keys, _time).Seal(session);
        Assert.Equal(session, new SessionIds(_keys, _time).Open(id));
        Assert.Matches("^[A-Za-z0-9_-]+$", id);
        Assert.DoesNotContain(session.Subject, id, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_id_opens_nothing()
    {
        var sessions = new SessionIds(_keys, _time);
        var id = sessions.Seal(Session());
        for (var at = 0; at < id.Length; at += 7)
        {
            var changed = $"{id[..at]}{(id[at] == 'A' ? 'B' : 'A')}{id[(at + 1)..]}";
            Assert.Null(sessions.Open(changed));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64url!")]
    public void What_is_no_id_opens_nothing(string id) => Assert.Null(new SessionIds(_keys, _time).Open(id));

    [Fact]
    public void Keys_of_somebody_else_open_nothing() =>
        Assert.Null(new SessionIds(new EphemeralDataProtectionProvider(), _time).Open(new SessionIds(_keys, _time).Seal(Session())));

    [Fact]
    public void An_id_expires_also_once_it_was_opened()
    {
        var sessions = new SessionIds(_keys, _time);
        var id = sessions.Seal(Session());
        Assert.NotNull(sessions.Open(id));
        _time.Advance(SessionIds.Lifetime);
        Assert.Null(sessions.Open(id));
    }

    [Fact]
    public void An_ended_session_is_not_known_any_more_and_the_others_are()
    {
        var sessions = new SessionIds(_keys, _time);
        var (one, two) = (sessions.Seal(Session()), sessions.Seal(Session()));
        sessions.End(sessions.Open(one)!);
        Assert.Null(sessions.Open(one));
        Assert.NotNull(sessions.Open(two));
    }

    [Fact]
    public void Ended_sessions_are_remembered_up_to_a_limit()
    {
        var ended = new EndedSessions();
        for (var i = 0; i <= EndedSessions.Limit; i++) ended.Add($"{i}");
        ended.Add($"{EndedSessions.Limit}");
        Assert.False(ended.Contains("0"));
        Assert.True(ended.Contains("1"));
        Assert.True(ended.Contains($"{EndedSessions.Limit}"));
    }

    private static McpSession Session() => new()
    {
        Subject = "subject-of-alice",
        ClientId = "client",
        Server = "wiki",
        ProtocolVersion = "2025-11-25",
        Key = SessionIds.NewKey(),
        UpstreamSessionId = "theirs",
        IsUpstreams = true,
    };
}
