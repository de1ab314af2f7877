using System.Text;
using Gatehouse.Gateway.Sessions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Sessions;

public sealed class SessionIdsTests
{
    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly RememberedRevocations _ended = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Another_process_opens_what_one_sealed()
    {
        var session = Session();
        var id = new SessionIds(_keys, _ended, _time).Seal(session);
        Assert.Equal(session, new SessionIds(_keys, _ended, _time).Open(id));
        Assert.Matches("^[A-Za-z0-9_-]+$", id);
        Assert.DoesNotContain(session.Subject, id, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_id_opens_nothing()
    {
        var sessions = new SessionIds(_keys, _ended, _time);
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
    public void What_is_no_id_opens_nothing(string id) => Assert.Null(new SessionIds(_keys, _ended, _time).Open(id));

    [Fact]
    public void Keys_of_somebody_else_open_nothing() =>
        Assert.Null(new SessionIds(new EphemeralDataProtectionProvider(), _ended, _time).Open(new SessionIds(_keys, _ended, _time).Seal(Session())));

    [Fact]
    public void An_id_expires_also_once_it_was_opened()
    {
        var sessions = new SessionIds(_keys, _ended, _time);
        var id = sessions.Seal(Session());
        Assert.NotNull(sessions.Open(id));
        _time.Advance(SessionIds.Lifetime);
        Assert.Null(sessions.Open(id));
    }

    [Fact]
    public async Task An_ended_session_is_not_known_any_more_and_the_others_are()
    {
        var sessions = new SessionIds(_keys, _ended, _time);
        var (one, two) = (sessions.Seal(Session()), sessions.Seal(Session()));
        await sessions.EndAsync(sessions.Open(one)!, TestContext.Current.CancellationToken);
        Assert.Null(sessions.Open(one));
        Assert.NotNull(sessions.Open(two));
    }

    [Fact]
    public void What_a_client_said_of_itself_comes_back_byte_for_byte()
    {
        const string Said = """{ "elicitation": {"form" : {}, "url":{}}, "x": [1.0e2, "\u00e9é", null] }""";
        var sessions = new SessionIds(_keys, _ended, _time);
        var id = sessions.Seal(Session() with { Capabilities = Raw(Said), ClientInfo = Raw("""{"name":"a\/b"}""") });
        var opened = new SessionIds(_keys, _ended, _time).Open(id)!;
        Assert.Equal(Said, Encoding.UTF8.GetString(opened.Capabilities!.Text.Span));
        Assert.Equal("""{"name":"a\/b"}""", Encoding.UTF8.GetString(opened.ClientInfo!.Text.Span));
    }

    [Fact]
    public void The_most_that_a_session_remembers_fits_into_an_id_that_is_looked_at()
    {
        var sessions = new SessionIds(_keys, _ended, _time);
        var session = Session() with { Server = null, UpstreamSessionId = null, IsUpstreams = false, Subject = new string('s', 200), Capabilities = Raw($"\"{new string('c', 1534)}\""), ClientInfo = Raw($"\"{new string('i', 510)}\"") };
        Assert.Equal(session, sessions.Open(sessions.Seal(session)));
    }

    private static RawJson Raw(string json) => new(Encoding.UTF8.GetBytes(json));

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
