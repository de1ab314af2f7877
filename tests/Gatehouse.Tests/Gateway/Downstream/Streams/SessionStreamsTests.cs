using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Downstream.Streams;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Downstream.Streams;

public sealed class SessionStreamsTests : IDisposable
{
    private const string News = """{"jsonrpc":"2.0","method":"notifications/message","params":{}}""";

    private static readonly GatehouseSettings _settings = new()
    {
        PublicUrl = new Uri("http://localhost:8080"),
        Identity = new IdentitySettings { Provider = IdentityProvider.Development },
        McpServers = new Dictionary<string, ServerSettings>
        {
            ["wiki"] = new() { Url = new Uri("http://localhost:1/mcp") },
            ["staff"] = new() { Url = new Uri("http://localhost:2/mcp"), RequiredGroups = ["staff"] },
        },
        VirtualServers = new Dictionary<string, VirtualServerSettings> { ["part"] = new() { Servers = ["wiki"] } },
    };

    private readonly EventLogs _logs = new(new FakeTimeProvider());
    private readonly ListChanges _changes = new();
    private readonly ServerRequestIds _ids = new(new EphemeralDataProtectionProvider());
    private readonly SessionStreams _streams;

    public SessionStreamsTests() => _streams = new SessionStreams(new SessionReach(new AggregateViews(_settings), new AccessPolicy(_settings)), _ids, _changes);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _streams.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task A_message_goes_to_exactly_one_stream_and_to_the_one_that_is_read()
    {
        var (away, reading, alsoAway) = (Open("k"), Open("k"), Open("k"));
        var read = reading.Log.ReadAsync(reading.Log.TakeUp(0)!, _ => ValueTask.CompletedTask, Cancellation);
        Assert.True(Deliver("k", "wiki"));
        foreach (var stream in new[] { away, reading, alsoAway }) stream.Log.Complete();
        await read;
        Assert.Equal((0, 1, 0), (await CountAsync(away), await CountAsync(reading), await CountAsync(alsoAway)));
    }

    [Fact]
    public async Task A_client_that_is_coming_back_finds_what_was_said_meanwhile()
    {
        var stream = Open("k");
        Assert.True(Deliver("k", "wiki"));
        stream.Log.Complete();
        Assert.Equal(1, await CountAsync(stream));
    }

    [Fact]
    public void Nobody_hears_what_is_for_another_session_or_from_a_server_that_is_hidden_or_of_another_endpoint()
    {
        Open("k");
        Open("single", server: "wiki");
        Assert.False(Deliver("other", "wiki"));
        Assert.False(Deliver("k", "staff"));
        Assert.False(Deliver("single", "staff"));
        Assert.True(Deliver("single", "wiki"));
        Open("virtual", server: "part", groups: ["staff"]);
        Assert.True(Deliver("virtual", "wiki"));
        Assert.False(Deliver("virtual", "staff"));
        Open("insider", groups: ["staff"]);
        Assert.True(Deliver("insider", "staff"));
    }

    [Fact]
    public async Task A_changed_list_is_told_once_to_each_session_that_sees_the_server()
    {
        OpenStream[] streams = [Open("one"), Open("one"), Open("two", groups: ["staff"]), Open("three", server: "wiki")];
        _changes.Publish(new ListChange("staff", ChangedList.Prompts));
        _changes.Publish(new ListChange("wiki", ChangedList.Tools));
        foreach (var stream in streams) stream.Log.Complete();
        var told = new List<int>();
        foreach (var stream in streams) told.Add(await CountAsync(stream));
        Assert.Equal([0, 1, 2, 1], told);
    }

    [Fact]
    public async Task A_request_gets_an_id_that_leads_back()
    {
        var stream = Open("k");
        Assert.True(_streams.TryDeliver(new ServerSession("k", "wiki", "theirs", "2025-06-18"), """{"jsonrpc":"2.0","id":"a\/1","method":"roots/list"}"""u8));
        stream.Log.Complete();
        var id = (await ReadAsync(stream)).Single().GetProperty("id").GetString()!;
        var session = Session("k", null);
        var request = _ids.Open(id, session)!;
        Assert.Equal(("wiki", "theirs", "2025-06-18", "\"a\\/1\""), (request.Server, request.UpstreamSessionId, request.ProtocolVersion, Encoding.UTF8.GetString(request.Id.Text.Span)));
        Assert.Null(_ids.Open(id, session with { Key = "other" }));
        Assert.Null(_ids.Open(id[..^2], session));
        Assert.Null(_ids.Open("7", session));
        Assert.Null(_ids.Open(new string('A', 10_000), session));
    }

    [Fact]
    public void What_is_no_request_and_no_news_is_not_passed_on()
    {
        Open("k");
        foreach (var wrong in new[] { """{"jsonrpc":"2.0","id":1,"result":{}}""", "{}", "garbage", "" })
            Assert.False(_streams.TryDeliver("k", "wiki", Encoding.UTF8.GetBytes(wrong)), wrong);
    }

    [Fact]
    public void A_session_has_so_many_streams_and_no_more_and_none_is_remembered_when_it_is_closed()
    {
        var streams = Enumerable.Range(0, SessionStreams.MostOfOneSession + 1).Select(_ => Open("k")).ToList();
        Assert.True(streams[0].Log.IsComplete);
        Assert.False(streams[1].Log.IsComplete);
        _streams.End("k");
        Assert.All(streams, stream => Assert.True(stream.Log.IsComplete));
        foreach (var stream in streams) _streams.Close(stream);
        Assert.Equal(0, _streams.Count);
    }

    private static McpSession Session(string key, string? server) => new() { Subject = "s", ClientId = "c", Server = server, ProtocolVersion = "2025-11-25", Key = key };

    private bool Deliver(string key, string server) => _streams.TryDeliver(key, server, Encoding.UTF8.GetBytes(News));

    private OpenStream Open(string key, string? server = null, params string[] groups)
    {
        var caller = new Caller("s", "s@example.com", null, groups.ToFrozenSet(), "c", null, FrozenSet<string>.Empty, DateTimeOffset.MaxValue);
        var stream = new OpenStream(Session(key, server), caller, _logs.Begin(key, ofSession: true));
        _streams.Open(stream);
        return stream;
    }

    private static async Task<int> CountAsync(OpenStream stream) => (await ReadAsync(stream)).Count;

    private static async Task<List<JsonElement>> ReadAsync(OpenStream stream)
    {
        var read = new List<JsonElement>();
        await stream.Log.ReadAsync(
            stream.Log.TakeUp(0)!,
            events =>
            {
                read.AddRange(events.Select(each => JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(each).Split("data: ")[1])));
                return ValueTask.CompletedTask;
            },
            Cancellation);
        return read;
    }
}
