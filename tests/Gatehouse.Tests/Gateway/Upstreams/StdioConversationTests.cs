using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.Talkative;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>What passes between clients and programs besides plain calls, in the legacy era.</summary>
public sealed class StdioConversationTests
{
    private const string News = """{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"talk://news"}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_sessions_program_hears_the_clients_own_words_and_the_client_hears_the_programs()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);

        var answer = await host.AskAsync(From("a", Initialize), Cancellation);
        await AcceptedAsync(host, From("a", Initialized));
        await AcceptedAsync(host, From("a", Initialized));
        await AcceptedAsync(host, From("a", """{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"""));
        await AcceptedAsync(host, From("a", """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"""));

        Assert.Contains("\"id\":\"i\"", answer, StringComparison.Ordinal);
        Assert.Contains("\"experimental\":{\"x/y\":{}}", answer, StringComparison.Ordinal);
        var heard = await host.HeardAsync("a", Cancellation);
        Assert.Equal("""{"protocolVersion":"2025-06-18","capabilities":{"sampling":{}},"clientInfo":{"name":"client of a","version":"1.0","x":1.5}}""", Compact(heard.Greeting));
        Assert.Equal(["""{"jsonrpc":"2.0","method":"notifications/initialized","params":{"_meta":{"by":"the client"}}}""", """{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"""], heard.Messages);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_program_that_is_reached_late_is_told_that_its_client_is_ready()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        await AcceptedAsync(host, From("a", Initialized));
        Assert.Equal(["""{"jsonrpc":"2.0","method":"notifications/initialized"}"""], (await host.HeardAsync("a", Cancellation)).Messages);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("\"s-1\"")]
    [InlineData("0")]
    public async Task A_programs_request_comes_in_the_stream_of_the_call_and_the_clients_answer_reaches_the_program(string id)
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        var call = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(From("a", Call("5", "ask", $$"""{"id":{{id}}}""")) with { RelaysRequests = true }, Cancellation));
        Assert.Equal(UpstreamContent.EventStream, call.Content);
        using var reader = new StreamReader(call.Body);
        Assert.Equal("event: message", await reader.ReadLineAsync(Cancellation));
        var asked = await reader.ReadLineAsync(Cancellation);
        Assert.Equal(id, IdAtTheServer(asked!));
        Assert.EndsWith(""","method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}""", asked, StringComparison.Ordinal);

        // Somebody else's answer to the same id reaches nobody.
        await AcceptedAsync(host, From("b", $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"by":"bob"}}""", "bob"));
        await AcceptedAsync(host, From("a", $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"by": "ada",{{{"\n"}}} "n":1.0}}"""));

        var rest = await reader.ReadToEndAsync(Cancellation);
        Assert.Contains("\"id\":5", rest, StringComparison.Ordinal);
        Assert.Contains("\\\"by\\\":\\\"ada\\\"", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("bob", rest, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_sessions_program_says_outside_of_a_call_goes_to_that_session_alone()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        var (ada, bob) = (host.Sessions.Open("a"), host.Sessions.Open("b"));
        await host.HeardAsync("b", Cancellation, "bob");
        string[] said = [News, """{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1.5}}""", """{"jsonrpc":"2.0","id":"r","method":"roots/list"}"""];
        foreach (var message in said) await host.AskAsync(From("a", Say(message)), Cancellation);

        while (ada.Count < said.Length) await host.HeardAsync("a", Cancellation);

        Assert.Equal(said.Select(Compact), ada.Select(Compact));
        Assert.Empty(bob);
        Assert.DoesNotContain((await host.HeardAsync("a", Cancellation)).Messages, message => message.Contains("\"error\"", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_request_that_nobody_takes_is_answered_with_an_error_and_a_ping_by_the_gateway()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        await host.AskAsync(From("a", Say("""{"jsonrpc":"2.0","id":7,"method":"roots/list"}""")), Cancellation);
        await host.AskAsync(From("a", Say("""{"jsonrpc":"2.0","id":"p","method":"ping"}""")), Cancellation);
        var messages = await UntilHeardAsync(host, "a", "\"p\"");
        Assert.Contains(messages, message => message.StartsWith("""{"jsonrpc":"2.0","id":7,"error":{"code":-32601""", StringComparison.Ordinal));
        Assert.Contains("""{"jsonrpc":"2.0","id":"p","result":{}}""", messages);
    }

    [Fact(Timeout = 120_000)]
    public async Task News_come_in_the_stream_of_a_call_of_the_session_that_runs_and_never_in_a_shared_ones()
    {
        await using var own = await TalkativeAsync(StdioPool.PerSession);
        var call = Assert.IsType<UpstreamResult.Answered>(await own.One.SendAsync(From("a", Call("1", "wait", $$"""{"message":{{News}}}""")) with { RelaysRequests = true }, Cancellation));
        await own.AskAsync(From("a", Call("2", "go")), Cancellation);
        Assert.StartsWith($"event: message\ndata: {News}\n\nevent: message\ndata: {{\"jsonrpc\":\"2.0\",\"id\":1,", await ReadAsync(call, Cancellation), StringComparison.Ordinal);

        await using var shared = await TalkativeAsync(StdioPool.Shared);
        var plain = shared.One.SendAsync(From("a", Call("1", "wait", $$"""{"message":{{News}}}""")), Cancellation);
        await shared.AskAsync(From("b", Call("2", "go"), "bob"), Cancellation);
        Assert.DoesNotContain("news", await ReadAsync(await plain, Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_request_does_not_come_in_an_answer_that_the_client_does_not_see_as_it_comes()
    {
        await using var host = await TalkativeAsync(StdioPool.PerSession);
        var answer = await host.AskAsync(From("a", Call("1", "ask")) with { RelaysRequests = false }, Cancellation);
        Assert.Contains("-32601", answer, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Those_who_share_a_program_hear_of_what_they_subscribed_to_and_of_nothing_else()
    {
        await using var host = await TalkativeAsync(StdioPool.Shared);
        var (ada, bob, eve) = (host.Sessions.Open("a"), host.Sessions.Open("b"), host.Sessions.Open("e"));
        await host.AskAsync(From("a", Subscribe("talk://news")), Cancellation);
        await host.AskAsync(From("b", Subscribe("talk://news"), "bob"), Cancellation);
        await host.AskAsync(From("e", Subscribe("talk://other"), "eve"), Cancellation);
        Assert.Equal(["talk://news", "talk://other"], await SubscribedAsync(host, "subscribe"));

        await host.AskAsync(From("e", Say(News), "eve"), Cancellation);
        while (bob.IsEmpty) await host.HeardAsync("a", Cancellation);
        Assert.Equal([News], ada);
        Assert.Equal([News], bob);
        Assert.Empty(eve);

        await host.AskAsync(From("a", Subscribe("talk://news", "unsubscribe")), Cancellation);
        Assert.Empty(await SubscribedAsync(host, "unsubscribe"));
        await host.AskAsync(From("b", Subscribe("talk://news", "unsubscribe"), "bob"), Cancellation);
        Assert.Equal(["talk://news"], await SubscribedAsync(host, "unsubscribe"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_subscription_that_the_program_refuses_is_none_and_one_that_nobody_reads_ends()
    {
        await using var host = await TalkativeAsync(StdioPool.Shared);
        Assert.Contains("No such resource", await host.AskAsync(From("a", Subscribe("talk://refused")), Cancellation), StringComparison.Ordinal);
        Assert.Contains("No such resource", await host.AskAsync(From("a", Subscribe("talk://refused")), Cancellation), StringComparison.Ordinal);

        await host.AskAsync(From("gone", Subscribe("talk://news")), Cancellation);
        await host.AskAsync(From("a", Say(News)), Cancellation);
        while ((await SubscribedAsync(host, "unsubscribe")).Count == 0) Cancellation.ThrowIfCancellationRequested();
    }

    [Fact(Timeout = 120_000)]
    public async Task The_end_of_a_session_ends_its_subscriptions_alone()
    {
        await using var host = await TalkativeAsync(StdioPool.Shared);
        await host.AskAsync(From("a", Subscribe("talk://both")), Cancellation);
        await host.AskAsync(From("a", Subscribe("talk://ada")), Cancellation);
        await host.AskAsync(From("b", Subscribe("talk://both"), "bob"), Cancellation);
        await using var ended = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(From("a", Initialized) with { Message = null, HttpMethod = "DELETE" }, Cancellation));
        Assert.Equal(204, ended.Status);
        Assert.Equal(["talk://ada"], await SubscribedAsync(host, "unsubscribe"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_program_that_was_started_again_hears_the_subscriptions_again_and_its_lists_count_as_changed()
    {
        await using var host = await TalkativeAsync(StdioPool.Shared);
        await host.AskAsync(From("a", Subscribe("talk://news")), Cancellation);
        await host.One.SendAsync(From("a", Call("1", "crash")), Cancellation);

        await host.UntilAsync(status => status.State == UpstreamState.Up && host.Log.Lines.Count(line => line.StartsWith("one is up", StringComparison.Ordinal)) == 2, Cancellation);

        Assert.Equal(["talk://news"], await SubscribedAsync(host, "subscribe"));
        Assert.Equal([ChangedList.Tools, ChangedList.Prompts, ChangedList.Resources], host.Changes.Select(change => change.List));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_changed_list_is_told_of()
    {
        await using var host = await TalkativeAsync(StdioPool.Shared);
        foreach (var list in new[] { "tools", "prompts", "resources" }) await host.AskAsync(From("a", Say($$"""{"jsonrpc":"2.0","method":"notifications/{{list}}/list_changed"}""")), Cancellation);
        while (host.Changes.Count < 3) await host.HeardAsync("a", Cancellation);
        Assert.Equal([new("one", ChangedList.Tools), new("one", ChangedList.Prompts), new ListChange("one", ChangedList.Resources)], host.Changes);
    }

    [Fact(Timeout = 120_000)]
    public async Task Nobody_sets_the_log_level_of_a_shared_program_and_every_client_that_of_its_own()
    {
        const string SetLevel = """{"jsonrpc":"2.0","id":"l","method":"logging/setLevel","params":{"level":"debug"}}""";
        await using var shared = await TalkativeAsync(StdioPool.Shared);
        Assert.Contains("-32601", await shared.AskAsync(From("a", SetLevel), Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain((await shared.HeardAsync("a", Cancellation)).Messages, message => message.Contains("setLevel", StringComparison.Ordinal));

        await using var own = await TalkativeAsync(StdioPool.PerSession);
        Assert.Contains("\"result\":{}", await own.AskAsync(From("a", SetLevel), Cancellation), StringComparison.Ordinal);
        Assert.Contains((await own.HeardAsync("a", Cancellation)).Messages, message => message.Contains("setLevel", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task Server_everything_asks_its_own_client_to_sample_where_that_can()
    {
        var server = await EverythingServer.StdioAsync(Cancellation) with { Pool = StdioPool.PerSession };
        await using var host = await StartOneAsync(server, Cancellation);
        var tools = await host.AskAsync(From("a", """{"jsonrpc":"2.0","id":1,"method":"tools/list"}"""), Cancellation);
        Assert.Contains("trigger-sampling-request", tools, StringComparison.Ordinal);

        var call = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(From("a", Call("2", "trigger-sampling-request", """{"prompt":"hi","maxTokens":5}""")) with { RelaysRequests = true }, Cancellation));
        using var reader = new StreamReader(call.Body);
        string? line;
        do
        {
            line = await reader.ReadLineAsync(Cancellation);
        }
        while (line?.Contains("sampling/createMessage", StringComparison.Ordinal) == false);

        var id = IdAtTheServer(line!);
        await AcceptedAsync(host, From("a", $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"model":"m","role":"assistant","content":{"type":"text","text":"sampled here"} } }"""));
        Assert.Contains("sampled here", await reader.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
    }

    private static async Task<UpstreamHost> TalkativeAsync(StdioPool pool) => await StartOneAsync(await FixtureServer.TalkativeAsync(Cancellation) with { Pool = pool }, Cancellation);

    /// <summary>The id that the program gave its request, of the one that the client gets: the server's name and that id.</summary>
    private static string IdAtTheServer(string line)
    {
        using var asked = JsonDocument.Parse(line["data: ".Length..]);
        var id = asked.RootElement.GetProperty("id").GetString()!;
        return id[(id.IndexOf(' ', StringComparison.Ordinal) + 1)..];
    }

    private static async Task AcceptedAsync(UpstreamHost host, UpstreamRequest request)
    {
        await using var accepted = Assert.IsType<UpstreamResult.Answered>(await host.One.SendAsync(request, Cancellation));
        Assert.Equal((202, UpstreamContent.None), (accepted.Status, accepted.Content));
    }

    private static async Task<IReadOnlyList<string>> UntilHeardAsync(UpstreamHost host, string session, string word)
    {
        while (true)
        {
            var messages = (await host.HeardAsync(session, Cancellation)).Messages;
            if (messages.Any(message => message.Contains(word, StringComparison.Ordinal))) return messages;
        }
    }

    private static string Compact(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement);
    }

    /// <summary>The resources that the program was asked to tell of, or to tell of no more.</summary>
    private static async Task<IReadOnlyList<string>> SubscribedAsync(UpstreamHost host, string method) =>
        [.. (await host.HeardAsync("a", Cancellation)).Messages.Select(message => JsonDocument.Parse(message).RootElement)
            .Where(message => message.TryGetProperty("method", out var name) && name.GetString() == $"resources/{method}")
            .Select(message => message.GetProperty("params").GetProperty("uri").GetString()!)];
}
