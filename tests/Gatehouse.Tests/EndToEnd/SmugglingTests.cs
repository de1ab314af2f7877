using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Headers, ids, sessions and connections that say more than they should.</summary>
public sealed class SmugglingTests(SmugglingTests.Gatehouses gatehouses) : IClassFixture<SmugglingTests.Gatehouses>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Topology> Topologies => [.. Enum.GetValues<Topology>()];

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task A_name_with_line_breaks_reaches_the_server_as_one_header(Topology topology)
    {
        const string Name = "t\r\nX-Evil: 1\r\nAuthorization: Bearer stolen";
        var mcp = await ModernAsync(topology);
        var header = $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(Name))}?=";
        var reply = await mcp.AskAsync("tools/call", new { name = Name }, Cancellation, (ModernMcp.NameHeader, header), ("Mcp-Param-X", header));
        Assert.Equal(200, (int)reply.Status);
        var seen = gatehouses.Server.Requests.Last();
        Assert.Contains($"Mcp-Name: {header}", seen.Headers);
        Assert.DoesNotContain(seen.Headers, each => each.StartsWith("X-Evil", StringComparison.OrdinalIgnoreCase) || each.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task Headers_that_differ_from_the_body_or_come_twice_are_refused(Topology topology)
    {
        var mcp = await ModernAsync(topology);
        (string, string)[][] lies =
        [
            [(ModernMcp.NameHeader, "hidden")], [(ModernMcp.NameHeader, "T")], [(ModernMcp.NameHeader, "")], [(ModernMcp.NameHeader, "=?base64?!!?=")],
            [(ModernMcp.NameHeader, "=?BASE64?dA==?=")], [(ModernMcp.NameHeader, "=?base64?/w==?=")], [(ModernMcp.NameHeader, "t, t")],
            [(ModernMcp.MethodHeader, "tools/list")], [(ModernMcp.MethodHeader, "TOOLS/CALL")], [(ModernMcp.MethodHeader, "tools/call, tools/call")],
            [(ModernMcp.VersionHeader, "2026-07-28, 2025-11-25")],
        ];
        var before = gatehouses.Server.Requests.Count;
        foreach (var headers in lies)
        {
            var reply = await mcp.AskAsync("tools/call", new { name = "t" }, Cancellation, headers);
            Assert.True((int)reply.Status == 400 && reply.Code is -32020 or -32022, $"{string.Join(' ', headers)} got {(int)reply.Status} {reply.Body}");
        }

        Assert.Equal(before, gatehouses.Server.Requests.Count);
        Assert.Equal("recorded", (await mcp.AskAsync("tools/call", new { name = "t" }, Cancellation, (ModernMcp.NameHeader, " =?base64?dA==?= \t"))).Text);
    }

    /// <summary>A program sees no headers: whoever routes by them before the gateway must not be told another thing than the tool.</summary>
    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task A_header_of_an_argument_says_what_the_program_gets(Topology topology)
    {
        foreach (var (server, tool) in new[] { (null, "region__test_header_parameter"), ("region", "test_header_parameter") })
        {
            var mcp = await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Modern, Cancellation, server);
            var call = new { name = tool, arguments = new { region = "eu" } };
            foreach (var headers in new (string, string)[][] { [], [("Mcp-Param-Region", "us")], [("Mcp-Param-Region", "=?base64?dXM=?=")] })
            {
                var lie = await mcp.AskAsync("tools/call", call, Cancellation, headers);
                Assert.Equal((400, -32020), ((int)lie.Status, lie.Code));
            }

            foreach (var value in new[] { "eu", "=?base64?ZXU=?=" })
                Assert.Contains("eu", (await mcp.AskAsync("tools/call", call, Cancellation, ("Mcp-Param-Region", value), ("Mcp-Param-Other", "us"))).Text, StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task What_is_no_clean_HTTP_is_cut_off(Topology topology)
    {
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var token = (await gatehouse.SignInAsync(Harness.Alice, Cancellation)).AccessToken;
        const string Ping = """{"jsonrpc":"2.0","id":7,"method":"ping"}""";
        string[] heads =
        [
            "X: a\0b\r\n", "X: a\rY: b\r\n", "X : a\r\n", "X: a\r\n folded\r\n", "Content-Length: 5\r\nContent-Length: 40\r\n", "Content-Length: -1\r\n", "Content-Length: 0x28\r\n",
            "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: gzip\r\n", $"X: {new string('x', 40_000)}\r\n", $"{string.Concat(Enumerable.Range(0, 200).Select(n => $"X-{n}: y\r\n"))}",
        ];
        foreach (var head in heads)
        {
            using var connection = await RawHttp.ConnectAsync(gatehouse.Mcp(), Cancellation);
            await connection.SendAsync($"POST /mcp HTTP/1.1\r\nHost: {gatehouse.Mcp().Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n{head}\r\n{Ping}", Cancellation);
            var answer = await connection.ReadToEndAsync(Cancellation);
            Assert.Matches("^(HTTP/1.1 (4[0-9][0-9]|501) [^\0]*)?$", answer);
            Assert.DoesNotContain("\"result\"", answer, StringComparison.Ordinal);
        }

        // Two lengths of two kinds: whichever is believed, the rest must not become a second request.
        using var both = await RawHttp.ConnectAsync(gatehouse.Mcp(), Cancellation);
        var second = $"POST /mcp HTTP/1.1\r\nHost: {gatehouse.Mcp().Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {Ping.Length}\r\n\r\n{Ping}";
        await both.SendAsync($"POST /mcp HTTP/1.1\r\nHost: {gatehouse.Mcp().Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: {second.Length + 5}\r\n\r\n0\r\n\r\n{second}", Cancellation);
        var answers = await both.ReadToEndAsync(Cancellation);
        Assert.Single(answers.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task A_body_is_what_its_bytes_are_whatever_its_type_and_encoding_claim(Topology topology)
    {
        var mcp = await LegacyAsync(topology);
        const string Ping = """{"jsonrpc":"2.0","id":7,"method":"ping"}""";
        Assert.Equal(400, await SendAsync(Encoding.Unicode.GetBytes(Ping), "application/json; charset=utf-16"));
        Assert.Equal(400, await SendAsync([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Ping)], "application/json"));
        Assert.Equal(400, await SendAsync("+AHsAIg-jsonrpc"u8.ToArray(), "application/json; charset=utf-7"));
        Assert.Equal(415, await SendAsync(Encoding.UTF8.GetBytes(Ping), "application/json, text/plain"));
        Assert.Equal(415, await SendAsync(Encoding.UTF8.GetBytes(Ping), "text/plain; application/json"));
        Assert.Equal(415, await SendAsync(Encoding.UTF8.GetBytes(Ping), "application/vnd.api+json"));
        using var zipped = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(zipped, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(Encoding.UTF8.GetBytes(Ping), Cancellation);
        Assert.Equal(400, await SendAsync(zipped.ToArray(), "application/json", "gzip"));
        Assert.Equal(200, await SendAsync(Encoding.UTF8.GetBytes(Ping), "application/json;charset=utf-16"));

        async Task<int> SendAsync(byte[] body, string type, string? encoding = null)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
            using var response = await mcp.RequestAsync(HttpMethod.Post, content, Cancellation);
            return (int)response.StatusCode;
        }
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task An_id_comes_back_as_it_was_written_or_is_refused(Topology topology)
    {
        foreach (var (mcp, tool) in new[] { (await LegacyAsync(topology), "web__t"), (await LegacyAsync(topology), "program__echo"), (await LegacyAsync(topology, "program"), "echo") })
        {
            foreach (var id in new[] { "1", "\"1\"", "0", "-1", "-0", "\"\"", "9007199254740993", "18446744073709551616", new string('9', 1000), "\"\\u0061\\/\"", "\"\\ud800\"", "\"ž😀\"", $"\"{new string('x', 100_000)}\"" })
            {
                using var response = await mcp.PostAsync($$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"{{{{tool}}}}","arguments":{} } }""", Cancellation);
                var body = await response.Content.ReadAsStringAsync(Cancellation);
                Assert.True(body.Contains($"\"id\":{id}", StringComparison.Ordinal) && body.Contains("\"result\"", StringComparison.Ordinal), $"{id[..Math.Min(50, id.Length)]}: {(int)response.StatusCode} {body[..Math.Min(300, body.Length)]}");
            }

            foreach (var id in new[] { "null", "1.0", "1e3", "true", "[1]", "{}" })
            {
                using var response = await mcp.PostAsync($$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"{{{{tool}}}}"}}""", Cancellation);
                var reply = await Reply.ReadAsync(response, Cancellation);
                Assert.Equal((400, -32600, "null"), ((int)reply.Status, reply.Code, reply.Message.GetProperty("id").GetRawText()));
            }
        }
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task No_cursor_but_one_that_was_given_out_is_taken(Topology topology)
    {
        var mcp = await LegacyAsync(topology);
        foreach (var cursor in new[] { "\"\"", "\"0\"", "\"bmV4dA==\"", "7", "{}", "[]", "true", $"\"{new string('x', 100_000)}\"", "\"\\ud800\"" })
        {
            using var response = await mcp.PostAsync($$$$"""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":{{{{cursor}}}}}}""", Cancellation);
            var reply = await Reply.ReadAsync(response, Cancellation);
            Assert.Equal((200, -32602), ((int)reply.Status, reply.Code));
        }

        using var first = await mcp.PostAsync("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":null}}""", Cancellation);
        Assert.Contains("web__t", (await Reply.ReadAsync(first, Cancellation)).Names("tools/list"));
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task A_session_id_that_was_changed_or_is_anothers_opens_nothing(Topology topology)
    {
        var (alice, bob, elsewhere) = (await LegacyAsync(topology), await LegacyAsync(topology, user: Harness.Bob), await LegacyAsync(topology, "program"));
        var own = alice.SessionId!;
        var middle = own.Length / 2;
        string[] forged =
        [
            bob.SessionId!, elsewhere.SessionId!, own[..^1], own[1..], $"{own}A", $"A{own}", own + own, own.ToUpperInvariant(), $"{own[..middle]}{(own[middle] == 'A' ? 'B' : 'A')}{own[(middle + 1)..]}",
            "x", "null", "../../etc/passwd", Guid.NewGuid().ToString(), new string('A', 4000), new string('A', 20_000), $"{own}, {own}",
        ];
        foreach (var id in forged)
        {
            alice.SessionId = id;
            using var response = await alice.PostAsync("""{"jsonrpc":"2.0","id":7,"method":"ping"}""", Cancellation);
            Assert.True((int)response.StatusCode == 404, $"{id[..Math.Min(60, id.Length)]} got {(int)response.StatusCode}");
            using var end = await alice.RequestAsync(HttpMethod.Delete, null, Cancellation);
            Assert.Equal(404, (int)end.StatusCode);
        }

        alice.SessionId = own;
        Assert.Equal(200, (int)(await alice.AskAsync("ping", new { }, Cancellation)).Status);
        Assert.Equal(200, (int)(await bob.AskAsync("ping", new { }, Cancellation)).Status);
    }

    /// <summary>Neither those who never finish their head, nor those who promise a large body and send none of it.</summary>
    [Theory(Timeout = 120_000), MemberData(nameof(Topologies))]
    public async Task Requests_that_are_never_finished_block_nobody_and_cost_next_to_nothing(Topology topology)
    {
        const int Many = 300;
        var gatehouse = await gatehouses.InAsync(topology, Cancellation);
        var token = (await gatehouse.SignInAsync(Harness.Alice, Cancellation)).AccessToken;
        var mcp = await LegacyAsync(topology);
        var connections = new List<RawHttp>();
        try
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < Many; i++)
            {
                var connection = await RawHttp.ConnectAsync(gatehouse.Mcp(), Cancellation);
                connections.Add(connection);
                var head = $"POST /mcp HTTP/1.1\r\nHost: {gatehouse.Mcp().Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n";
                await connection.SendAsync(i % 2 == 0 ? head : $"{head}Content-Length: {4 * 1024 * 1024}\r\n\r\n{{\"jsonrpc\":", Cancellation);
            }

            for (var i = 0; i < 50; i++) Assert.Equal("recorded", (await mcp.CallAsync("web__t", new { i }, Cancellation)).Text);

            // Were the promised length set aside for each, it would be 600 MB.
            Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < Many / 2 * 2L * 1024 * 1024);
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }
    }

    private async Task<ModernMcp> ModernAsync(Topology topology) =>
        (ModernMcp)await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(Harness.Alice, Speech.Modern, Cancellation, "web");

    private async Task<McpOverHttp> LegacyAsync(Topology topology, string? server = null, string user = Harness.Alice) =>
        (McpOverHttp)await (await gatehouses.InAsync(topology, Cancellation)).EnterAsync(user, Speech.Legacy, Cancellation, server);

    public sealed class Gatehouses(PostgresServer postgres) : SharedGatehouse(postgres), IAsyncDisposable
    {
        private RecordingServer? _server;

        internal RecordingServer Server => _server!;

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            if (_server is not null) await _server.DisposeAsync();
        }

        protected override async Task<IReadOnlyDictionary<string, ServerSettings>> ServersAsync(CancellationToken cancellationToken)
        {
            _server ??= await RecordingServer.StartAsync(cancellationToken);
            return new Dictionary<string, ServerSettings> { ["web"] = _server.Settings, ["program"] = await FixtureServer.StdioAsync(cancellationToken), ["region"] = await FixtureServer.ConformanceAsync(cancellationToken) };
        }
    }
}
