using System.Net.ServerSentEvents;
using System.Text.Json;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Servers that answer a call with what is no answer: the client learns it, and so does the trail.</summary>
public sealed class BrokenAnswerTests(PostgresServer postgres)
{
    private const string Call = """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"web__t"}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData("<html>sorry</html>", 200, AuditOutcome.Failed, "the server's answer is none")]
    [InlineData("""{"jsonrpc":"2.0","method":"result"}""", 200, AuditOutcome.Failed, "the server's answer is none")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":{},"error":null}""", 200, AuditOutcome.Ok, null)]
    [InlineData("", 502, AuditOutcome.Unreachable, "the answer was empty")]
    public async Task What_is_no_answer_is_not_on_record_as_one(string answer, int status, AuditOutcome outcome, string? reason)
    {
        await using var server = await AnsweringAsync(async http =>
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(answer, http.RequestAborted);
        });
        await using var gatehouse = await StartAsync(server);
        var mcp = await EnterAsync(gatehouse);
        using var response = await mcp.PostAsync(Call, Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
        if (answer.Length > 0) Assert.Equal(answer, body);
        else Assert.Equal(7, JsonDocument.Parse(body).RootElement.GetProperty("id").GetInt32());
        var row = Assert.Single(await gatehouse.AuditAsync(new AuditQuery { Action = AuditAction.Call }, 1, Cancellation));
        Assert.Equal((outcome, reason), (row.Outcome, row.Reason));
    }

    /// <summary>Without a line end before it the error would be the rest of the server's half line, and nobody would read it.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progr")]
    [InlineData("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n")]
    [InlineData("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\r")]
    [InlineData(": quiet\n\n")]
    [InlineData("id: 4")]
    public async Task A_stream_that_breaks_off_anywhere_ends_with_an_error_that_can_be_read(string beginning)
    {
        await using var server = await AnsweringAsync(async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(beginning, http.RequestAborted);
        });
        await using var gatehouse = await StartAsync(server);
        var mcp = await EnterAsync(gatehouse);
        using var response = await mcp.PostAsync(Call, Cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        var events = await SseParser.Create(stream).EnumerateAsync(Cancellation).Where(item => item.EventType == "message").Select(item => item.Data).ToListAsync(Cancellation);
        using var error = JsonDocument.Parse(events[^1]);
        Assert.Equal((7, -32603), (error.RootElement.GetProperty("id").GetInt32(), error.RootElement.GetProperty("error").GetProperty("code").GetInt32()));
    }

    private static Task<RecordingServer> AnsweringAsync(Func<HttpContext, Task> answer) => RecordingServer.StartAsync(Cancellation, async (http, request) =>
    {
        if (!request.Text.Contains("tools/call", StringComparison.Ordinal)) return false;
        await answer(http);
        return true;
    });

    private Task<Harness> StartAsync(RecordingServer server) =>
        Harness.StartAsync(Topology.Embedded, postgres, new Dictionary<string, ServerSettings> { ["web"] = server.Settings }, Cancellation);

    private static async Task<McpOverHttp> EnterAsync(Harness gatehouse) => (McpOverHttp)await gatehouse.EnterAsync(Harness.Alice, Speech.Legacy, Cancellation);
}
