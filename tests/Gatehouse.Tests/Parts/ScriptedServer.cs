using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Parts;

/// <summary>
/// A server of 2026-07-28 on a free loopback port that says what a test gave it, byte for byte, and keeps what it was asked: for
/// bytes that no library writes, and for moments that no library lets a test choose.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Channel<ScriptedListen> _listens = Channel.CreateUnbounded<ScriptedListen>();
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public ServerSettings Settings => new() { Url = new Uri($"{_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/mcp"), Timeout = 30 };

    /// <summary>The results, as JSON, by method.</summary>
    public ConcurrentDictionary<string, string> Results { get; } = new();

    /// <summary>The bodies of the requests so far, but for <c>server/discover</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The <c>Mcp-Name</c> headers of those that had one.</summary>
    public ConcurrentQueue<string> NameHeaders { get; } = new();

    /// <param name="capabilities">What it declares, as JSON.</param>
    /// <param name="instructions">What it tells a model.</param>
    public static async Task<ScriptedServer> StartAsync(string capabilities, CancellationToken cancellationToken, string instructions = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new ScriptedServer(app);
        server.Results["server/discover"] =
            $$"""{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{{capabilities}},"instructions":{{JsonSerializer.Serialize(instructions)}},"ttlMs":0,"cacheScope":"public"}""";
        app.MapPost("/mcp", server.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>The next listen that somebody opens.</summary>
    public ValueTask<ScriptedListen> ListenAsync(CancellationToken cancellationToken) => _listens.Reader.ReadAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var message = JsonSerializer.Deserialize<JsonElement>(body);
        var method = message.GetProperty("method").GetString()!;
        if (method != "server/discover") Requests.Enqueue(body);
        if (http.Request.Headers["Mcp-Name"] is [{ } name]) NameHeaders.Enqueue(name);
        if (method == "subscriptions/listen")
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.StartAsync(http.RequestAborted);
            var listen = new ScriptedListen(message, http);
            await _listens.Writer.WriteAsync(listen, http.RequestAborted);
            await listen.Over;
            return;
        }

        var id = message.GetProperty("id").GetRawText();
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(
            Results.TryGetValue(method, out var result) ? $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{{{result}}}}""" : $$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":-32601,"message":"Method not found"}}""",
            http.RequestAborted);
    }
}

/// <summary>One open <c>subscriptions/listen</c>.</summary>
internal sealed class ScriptedListen
{
    private readonly HttpContext _http;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedListen(JsonElement request, HttpContext http)
    {
        (Request, _http) = (request, http);
        http.RequestAborted.Register(() => _over.TrySetResult());
    }

    public JsonElement Request { get; }

    /// <summary>What it is to tell, as JSON.</summary>
    public string Filter => Request.GetProperty("params").GetProperty("notifications").GetRawText();

    /// <summary>Completes when it is over, from either side.</summary>
    public Task Over => _over.Task;

    /// <summary>Promises all that was asked for.</summary>
    public Task AcknowledgeAsync() => AcknowledgeAsync(Filter);

    public Task AcknowledgeAsync(string filter) => SayAsync($$$"""{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{{{filter}}},"_meta":{"io.modelcontextprotocol/subscriptionId":{{{Request.GetProperty("id").GetRawText()}}} } } }""");

    public async Task SayAsync(string message)
    {
        await _http.Response.WriteAsync($"event: message\ndata: {message}\n\n", _http.RequestAborted);
        await _http.Response.Body.FlushAsync(_http.RequestAborted);
    }

    /// <summary>Closes the stream in order.</summary>
    public void End() => _over.TrySetResult();

    /// <summary>Cuts the connection.</summary>
    public void Abort() => _http.Abort();
}
