using System.Text;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Messages that the gateway might read in one way and the server behind it in another.</summary>
public sealed class DifferentialTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task What_two_parsers_could_read_differently_reaches_no_server(Topology topology)
    {
        await using var server = await RecordingServer.StartAsync(Cancellation);
        await using var gatehouse = await StartAsync(topology, server);
        foreach (var (mcp, name) in new[] { (await EnterAsync(gatehouse, null), "web__t"), (await EnterAsync(gatehouse, "web"), "t") })
        {
            var hidden = name.Replace("t", "hidden", StringComparison.Ordinal);
            string[] parameters =
            [
                $$$$"""{"name":"{{{{name}}}}","name":"{{{{hidden}}}}"}""", $$$$"""{"name":"{{{{name}}}}","n\u0061me":"{{{{hidden}}}}"}""", $$$$"""{"name":"{{{{name}}}}","Name":"{{{{hidden}}}}"}""",
                $$$$"""{"NAME":"{{{{hidden}}}}"}""", $$$$"""{"name":"{{{{name}}}}","arguments":{},"Arguments":{"admin":true}}""", $$$$"""{"name":"{{{{name}}}}","arguments":{},"argumentſ":{"admin":true}}""",
                $$$$"""{"name":"{{{{name}}}}","_meta":{"progressToken":1,"progressToken":2}}""", $$$$"""{"name":"{{{{name}}}}","_META":{}}""",
            ];
            foreach (var each in parameters) await AssertRefusedAsync(mcp, $$$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{{{each}}}}}""");
            await AssertRefusedAsync(mcp, $$$$"""{"jsonrpc":"2.0","id":7,"method":"tools/list","Method":"tools/call","params":{"name":"{{{{hidden}}}}"}}""");
            await AssertRefusedAsync(mcp, $$$$"""{"jsonrpc":"2.0","id":7,"method":"tools/list","methoD":"tools/call","paramſ":{"name":"{{{{hidden}}}}"}}""");
            await AssertRefusedAsync(mcp, $$$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"{{{{name}}}}"},"paramſ":{"name":"{{{{hidden}}}}"}}""");
            await AssertRefusedAsync(mcp, $$$$"""{"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"{{{{name}}}}","Name":"{{{{hidden}}}}"}}}""");
        }

        Assert.Empty(server.Requests);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task A_name_in_escapes_is_that_name_to_the_policy_and_to_the_server(Topology topology)
    {
        await using var server = await RecordingServer.StartAsync(Cancellation);
        await using var gatehouse = await StartAsync(topology, server);
        foreach (var (mcp, prefix) in new[] { (await EnterAsync(gatehouse, null), "web\\u005f_"), (await EnterAsync(gatehouse, "web"), "") })
        {
            var refused = await PostAsync(mcp, $$$$"""{"jsonrpc":"2.0","id":7,"method":"tools\/c\u0061ll","params":{"name":"{{{{prefix}}}}hidd\u0065n"}}""");
            Assert.Equal((200, -32602), ((int)refused.Status, refused.Code));
            Assert.Empty(server.Requests);
        }

        var taken = await PostAsync(await EnterAsync(gatehouse, null), """{"jsonrpc":"2.0","id":7,"method":"tools\/c\u0061ll","params":{"n\u0061me":"w\u0065b__\u0074"}}""");
        Assert.Equal("recorded", taken.Text);
        Assert.Equal("""{"jsonrpc":"2.0","id":7,"method":"tools\/c\u0061ll","params":{"n\u0061me":"t"}}""", Assert.Single(server.Requests).Text);
    }

    /// <summary>On <c>/mcp/{server}</c> not one byte changes; on <c>/mcp</c> the name.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task The_server_gets_the_bytes_that_the_client_wrote(Topology topology)
    {
        string[] bodies =
        [
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"NAME","arguments":{"n":[1e400,-0,1.0,1.50,18446744073709551616,1E-7],"e":"\u0041\/\u2028\ud83d\ude00 ž😀","half":"\ud800","x":1,"x":2}}}""",
            " \r\n{ \"params\" :\t{ \"x\" : { } , \"name\" : \"NAME\" , \"arguments\" : { \"é\" : [ [ ] ] } , \"_meta\" : { \"x.example/y\" : null } } , \"z\" : 1 ,\n\"method\":\"tools/call\", \"id\" : \"\\u0061\" , \"jsonrpc\":\"2.0\" }\r\n ",
            $$$$"""{"id":9,"jsonrpc":"2.0","params":{"arguments":{"deep":{{{{new string('[', 60)}}}}{{{{new string(']', 60)}}}}},"name":"NAME"},"method":"tools/call"}""",
        ];
        await using var server = await RecordingServer.StartAsync(Cancellation);
        await using var gatehouse = await StartAsync(topology, server);
        foreach (var (mcp, name) in new[] { (await EnterAsync(gatehouse, null), "web__t"), (await EnterAsync(gatehouse, "web"), "t") })
        {
            foreach (var body in bodies)
            {
                Assert.Equal("recorded", (await PostAsync(mcp, body.Replace("NAME", name, StringComparison.Ordinal))).Text);
                Assert.Equal(Encoding.UTF8.GetBytes(body.Replace("NAME", "t", StringComparison.Ordinal)), server.Requests.Last().Body);
            }
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task The_user_that_a_server_is_told_is_the_one_who_signed_in_whatever_the_arguments_say(Topology topology)
    {
        await using var server = await RecordingServer.StartAsync(Cancellation);
        await using var gatehouse = await StartAsync(topology, server, new ForwardUserSettings { Argument = "user" });
        var mcp = await EnterAsync(gatehouse, null);
        (string Given, string Expected)[] arguments =
        [
            ("""{"user":"boss"}""", """{"user":"ME"}"""),
            ("""{"User":"boss","us\u0065r":"boss","uſer":{"x":1}}""", """{"User":"ME","us\u0065r":"ME","uſer":"ME"}"""),
            ("""{"USER":"boss"}""", """{"user":"ME","USER":"ME"}"""),
            ("""{"\ud800":1}""", """{"user":"ME","\ud800":1}"""),
            ("null", """{"user":"ME"}"""),
        ];
        foreach (var (given, expected) in arguments)
        {
            Assert.Equal("recorded", (await PostAsync(mcp, $$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"web__t","arguments":{{{{given}}}}}}""")).Text);
            Assert.Equal(
                $$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{{{{expected.Replace("ME", Harness.Alice, StringComparison.Ordinal)}}}}}}""",
                server.Requests.Last().Text);
        }
    }

    /// <summary>NUL and half pairs are legal in JSON and in no database; a row that cannot be written must not hold up the others.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(Topology.Embedded)]
    [InlineData(Topology.Split)]
    public async Task What_no_database_takes_is_on_record_all_the_same(Topology topology)
    {
        await using var server = await RecordingServer.StartAsync(Cancellation);
        await using var gatehouse = await StartAsync(topology, server);
        var since = TimeProvider.System.GetUtcNow();
        var mcp = await EnterAsync(gatehouse, null);
        await PostAsync(mcp, """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"web__\u0000t\u0000","arguments":{"\u0000":"\u0000","half":"\ud800","\udc00":1}}}""");
        await PostAsync(mcp, """{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"x:\u0000"}}""");
        await PostAsync(mcp, """{"jsonrpc":"2.0","id":3,"method":"no\u0000such"}""");
        await PostAsync(mcp, """{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"web__t"}}""");
        var rows = await gatehouse.AuditAsync(new AuditQuery { User = Harness.Alice, Since = since }, 5, Cancellation);
        Assert.Equal(4, rows.Count(row => row.Action is AuditAction.Call or AuditAction.Read or AuditAction.Other));
        Assert.Contains(rows, row => row is { Action: AuditAction.Call, Target: "t", Outcome: AuditOutcome.Ok });
    }

    private static async Task AssertRefusedAsync(McpOverHttp mcp, string body)
    {
        var reply = await PostAsync(mcp, body);
        Assert.True((400, -32600) == ((int)reply.Status, reply.Code), $"{body} got {(int)reply.Status} {reply.Body}");
    }

    private static async Task<Reply> PostAsync(McpOverHttp mcp, string body)
    {
        using var response = await mcp.PostAsync(body, Cancellation);
        return await Reply.ReadAsync(response, Cancellation);
    }

    private static async Task<McpOverHttp> EnterAsync(Harness gatehouse, string? server) => (McpOverHttp)await gatehouse.EnterAsync(Harness.Alice, Speech.Legacy, Cancellation, server);

    private Task<Harness> StartAsync(Topology topology, RecordingServer server, ForwardUserSettings? forward = null) => Harness.StartAsync(
        topology, postgres, new Dictionary<string, ServerSettings> { ["web"] = server.Settings with { ExcludedTools = ["hidden"], ForwardUser = forward } }, Cancellation);
}
