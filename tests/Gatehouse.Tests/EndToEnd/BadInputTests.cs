using System.Net.Http.Headers;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What no message is, from somebody who may be here.</summary>
public sealed class BadInputTests(BadInputTests.Gatehouses gatehouses) : IClassFixture<BadInputTests.Gatehouses>
{
    private const int Limit = 4 * 1024 * 1024;
    private const string Ping = """{"jsonrpc":"2.0","id":7,"method":"ping"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string?> Endpoints => [.. from topology in Enum.GetValues<Topology>() from server in new[] { null, "program" } select (topology, server)];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_body_of_4_MiB_is_taken_and_a_larger_one_is_not(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        foreach (var chunked in new[] { false, true })
        {
            Assert.Equal(200, await SendAsync(Limit, chunked));
            Assert.Equal(413, await SendAsync(Limit + 1, chunked));
            Assert.Equal(413, await SendAsync(3 * Limit, chunked));
        }

        async Task<int> SendAsync(int length, bool chunked)
        {
            HttpContent content = chunked ? new StreamContent(new Unmeasured(Encoding.ASCII.GetBytes(Ping.PadRight(length)))) : new ByteArrayContent(Encoding.ASCII.GetBytes(Ping.PadRight(length)));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await mcp.RequestAsync(HttpMethod.Post, content, Cancellation);
            return (int)response.StatusCode;
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task What_is_no_single_message_is_refused_by_its_fault(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        (string Body, int Code, string Id)[] faults =
        [
            ("", -32700, "null"),
            ("hello", -32700, "null"),
            ("""{"jsonrpc":"2.0","id":7,"method":"ping" """, -32700, ""),
            ($"[{Ping}]", -32600, "null"),
            ("[]", -32600, "null"),
            ("7", -32600, "null"),
            ("""{"jsonrpc":"2.0","id":7,"method":"ping","method":"tools/list"}""", -32600, "7"),
            ("""{"jsonrpc":"2.0","id":7,"method":"ping","\u006dethod":"tools/list"}""", -32600, "7"),
            ("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","name":"b"}}""", -32600, "7"),
            ("""{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}""", -32600, "null"),
            ("""{"jsonrpc":"1.0","id":7,"method":"ping"}""", -32600, "7"),
            ("""{"id":7,"method":"ping"}""", -32600, "7"),
            ("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", -32600, "null"),
            ("""{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}""", -32600, "7"),
        ];
        foreach (var (body, code, id) in faults)
        {
            using var response = await mcp.PostAsync(body, Cancellation);
            var reply = await Reply.ReadAsync(response, Cancellation);
            Assert.Equal((400, code), ((int)reply.Status, reply.Code));
            if (id.Length > 0) Assert.Equal(id, reply.Message.GetProperty("id").GetRawText());
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Bytes_that_are_no_UTF8_are_no_JSON(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        byte[] body = [.. """{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":"""u8, (byte)'"', 0xC0, 0xAF, (byte)'"', .. "}}"u8];
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await mcp.RequestAsync(HttpMethod.Post, content, Cancellation);
        var reply = await Reply.ReadAsync(response, Cancellation);
        Assert.Equal((400, -32700), ((int)reply.Status, reply.Code));
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task Only_JSON_is_taken_and_its_name_may_be_written_in_any_way(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        Assert.Equal(200, await SendAsync("Application/JSON; charset=UTF-8"));
        foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "application/jsonl", "multipart/form-data; boundary=x", null }) Assert.Equal(415, await SendAsync(type));

        async Task<int> SendAsync(string? type)
        {
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(Ping));
            if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var response = await mcp.RequestAsync(HttpMethod.Post, content, Cancellation);
            return (int)response.StatusCode;
        }
    }

    /// <summary>An unknown method is an answer of the era, not of HTTP.</summary>
    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Endpoints))]
    public async Task A_method_that_does_not_exist_is_not_found(Topology topology, string? server)
    {
        var mcp = await EnterAsync(topology, server);
        var reply = await mcp.AskAsync("no/such", new { }, Cancellation);
        Assert.Equal((200, -32601), ((int)reply.Status, reply.Code));
    }

    private async Task<McpOverHttp> EnterAsync(Topology topology, string? server) =>
        (McpOverHttp)await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Legacy, Cancellation, server);

    /// <summary>A stream that does not tell its length, and so goes out in chunks.</summary>
    private sealed class Unmeasured(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres)
    {
        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken) =>
            new Dictionary<string, ServerSettings> { ["program"] = await FixtureServer.StdioAsync(cancellationToken) };
    }
}
