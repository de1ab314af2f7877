using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Two gateways on one database: a session is at home in both, and no request has to come back to the one that took the last.</summary>
public sealed class ReplicaTests(PostgresServer postgres) : IAsyncLifetime
{
    private Harness? _gatehouse;
    private NodeProgram? _everything;
    private McpOverHttp? _one;
    private McpOverHttp? _other;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private McpOverHttp One => _one!;

    private McpOverHttp Other => _other!;

    public async ValueTask InitializeAsync()
    {
        (_everything, var url) = await EverythingServer.HttpAsync(0, Cancellation);
        var servers = new Dictionary<string, ServerSettings> { ["everything"] = new() { Url = url, Timeout = 30 } };
        _gatehouse = await Harness.StartAsync(Topology.Split, postgres, servers, Cancellation);
        var tokens = await _gatehouse.SignInAsync(Harness.Alice, Cancellation);
        _one = _gatehouse.ConnectTo(await _gatehouse.AddGatewayAsync(Cancellation), tokens.AccessToken);
        _other = _gatehouse.ConnectTo(await _gatehouse.AddGatewayAsync(Cancellation), tokens.AccessToken);
        await _one.InitializeAsync(new { sampling = new { }, roots = new { } }, Cancellation);
        _other.SessionId = _one.SessionId;
    }

    public async ValueTask DisposeAsync()
    {
        if (_gatehouse is not null) await _gatehouse.DisposeAsync();
        if (_everything is not null) await _everything.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_session_that_one_began_is_continued_by_the_other_with_all_that_its_client_can_do()
    {
        Assert.Contains("echo", (await Other.CallAsync("everything__echo", new { message = "echo" }, Cancellation)).Text, StringComparison.Ordinal);
        using var call = await Other.OpenAsync("tools/call", new { name = "everything__trigger-sampling-request", arguments = new { prompt = "p" } }, Cancellation);
        await using var messages = McpOverHttp.MessagesAsync(call, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("sampling/createMessage", messages.Current.GetProperty("method").GetString());

        // What was asked through the one is answered through the other, and back.
        Assert.Equal(202, (int)await One.AnswerAsync(messages.Current, new { role = "assistant", model = "m", content = new { type = "text", text = "crosswise" } }, Cancellation));
        Assert.True(await messages.MoveNextAsync());
        Assert.Contains("crosswise", messages.Current.GetRawText(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_end_of_a_session_is_its_end_everywhere()
    {
        using var stream = await One.ListenAsync(Cancellation);
        await One.CallAsync("everything__echo", new { message = "opens a session there" }, Cancellation);
        using var ended = await Other.RequestAsync(HttpMethod.Delete, null, Cancellation);
        Assert.Equal(204, (int)ended.StatusCode);
        Assert.Equal(404, (int)(await Other.AskAsync("ping", new { }, Cancellation)).Status);

        // The one closes the stream as soon as it hears; from then on it knows no more of the session than the other.
        await foreach (var item in McpOverHttp.EventsAsync(stream, Cancellation)) Assert.NotNull(item.EventId);
        Assert.Equal(404, (int)(await One.AskAsync("ping", new { }, Cancellation)).Status);
        await _everything!.LineAsync(line => line.Contains("session termination request", StringComparison.OrdinalIgnoreCase), Cancellation);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_stream_that_broke_at_one_begins_anew_at_the_other()
    {
        string last;
        using (var stream = await One.ListenAsync(Cancellation))
        {
            await using var events = McpOverHttp.EventsAsync(stream, Cancellation).GetAsyncEnumerator(Cancellation);
            Assert.True(await events.MoveNextAsync());
            last = events.Current.EventId!;
        }

        using var again = await Other.ListenAsync(Cancellation, last);
        await using var messages = McpOverHttp.MessagesAsync(again, Cancellation).GetAsyncEnumerator(Cancellation);
        await Other.CallAsync("everything__echo", new { message = "hello" }, Cancellation);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal(JsonValueKind.String, messages.Current.GetProperty("method").ValueKind);
    }
}
