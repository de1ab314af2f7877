using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Parts;

/// <summary>What one request to a server behind the gateway was, byte for byte.</summary>
/// <param name="Headers">Each as <c>Name: value</c>.</param>
internal sealed record RecordedRequest(byte[] Body, IReadOnlyList<string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>An MCP server of both eras that answers everything, and remembers the bytes of what it was asked.</summary>
internal sealed class RecordingServer(WebApplication app, Func<HttpContext, RecordedRequest, Task<bool>> answers) : IAsyncDisposable
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();

    /// <summary>All but the handshakes.</summary>
    public IReadOnlyCollection<RecordedRequest> Requests => _requests;

    public ServerSettings Settings => new() { Url = new Uri($"{app.Urls.Single()}/mcp"), Timeout = 30 };

    /// <param name="answers">Has the first chance to answer, handshakes included; false leaves it to the server.</param>
    public static async Task<RecordingServer> StartAsync(CancellationToken cancellationToken, Func<HttpContext, RecordedRequest, Task<bool>>? answers = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new RecordingServer(app, answers ?? ((_, _) => Task.FromResult(false)));
        app.Run(server.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var request = new RecordedRequest(body.ToArray(), [.. http.Request.Headers.SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}"))]);
        if (await answers(http, request)) return;
        using var document = body.Length == 0 ? null : JsonDocument.Parse(body.ToArray());
        if (document is null || !document.RootElement.TryGetProperty("id", out var id) || !document.RootElement.TryGetProperty("method", out var method))
        {
            http.Response.StatusCode = 202;
            return;
        }

        var result = method.GetString() switch
        {
            "initialize" => """{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"prompts":{},"resources":{}},"serverInfo":{"name":"recorder","version":"1"}}""",
            "server/discover" => """{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"prompts":{},"resources":{}},"ttlMs":0,"cacheScope":"private"}""",
            "tools/list" => """{"resultType":"complete","tools":[{"name":"t","inputSchema":{"type":"object"}},{"name":"hidden","inputSchema":{"type":"object"}}],"ttlMs":0,"cacheScope":"private"}""",
            _ => """{"resultType":"complete","content":[{"type":"text","text":"recorded"}]}""",
        };
        if (method.GetString() is not ("initialize" or "server/discover")) _requests.Enqueue(request);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync($$"""{"jsonrpc":"2.0","id":{{id.GetRawText()}},"result":{{result}}}""", http.RequestAborted);
    }
}
