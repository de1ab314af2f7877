using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Parts;

/// <summary>
/// An MCP server of both eras over HTTP whose tools the test sets. It counts how often it is asked for them, announces that
/// they changed when it is told to, and can go away and come back at the same address.
/// </summary>
internal sealed class ListServer : IAsyncDisposable
{
    private readonly int _port = Ports.Free();
    private readonly ConcurrentDictionary<int, Channel<string>> _streams = new();
    private readonly ConcurrentQueue<string> _heard = new();
    private WebApplication? _app;
    private int _asked;
    private int _streamsOpened;

    public ServerSettings Settings => new() { Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/mcp")), Timeout = 10 };

    /// <summary>Whether it speaks 2026-07-28 too.</summary>
    public bool IsModern { get; init; } = true;

    /// <summary>Whether it declares that it announces changes.</summary>
    public bool Declares { get; init; } = true;

    /// <summary>What it agrees to announce, as the JSON of a filter.</summary>
    public string Honours { get; init; } = """{"toolsListChanged":true}""";

    /// <summary>Whether it answers 405 to whoever wants to listen.</summary>
    public bool RefusesListeners { get; init; }

    /// <summary>What it lists. A user that it is told of in X-User gets a tool of what stands before the @ besides.</summary>
    public string[] Tools { get; set; } = ["first"];

    /// <summary>Members of a modern list's result that say how long it holds.</summary>
    public string Hints { get; set; } = """
        "ttlMs":0,"cacheScope":"public"
        """;

    /// <summary>How often it was asked for its tools.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How many have begun to listen.</summary>
    public int Listeners => Volatile.Read(ref _streamsOpened);

    /// <summary>Every message that it got.</summary>
    public IEnumerable<string> Heard => _heard;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync(cancellationToken);
    }

    /// <summary>Says on every open stream that a list has changed.</summary>
    public void Announce(string list = "tools") => Say($$"""{"jsonrpc":"2.0","method":"notifications/{{list}}/list_changed"}""");

    /// <summary>Says anything on every open stream.</summary>
    public void Say(string message)
    {
        foreach (var stream in _streams.Values) stream.Writer.TryWrite(message);
    }

    /// <summary>Ends every open stream.</summary>
    public void Cut()
    {
        foreach (var stream in _streams.Values) stream.Writer.TryComplete();
    }

    public async Task StopAsync()
    {
        if (_app is null) return;
        Cut();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        if (body.Length > 0) _heard.Enqueue(body);
        if (http.Request.Method == "GET")
        {
            await StreamAsync(http, acknowledgement: null);
            return;
        }

        if (http.Request.Method != "POST")
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        using var message = JsonDocument.Parse(body);
        var id = message.RootElement.TryGetProperty("id", out var value) ? value.GetRawText() : null;
        var method = message.RootElement.TryGetProperty("method", out var name) ? name.GetString() : null;
        if (id is null || method is null) http.Response.StatusCode = StatusCodes.Status202Accepted;
        else await AnswerAsync(http, method, id);
    }

    private async Task AnswerAsync(HttpContext http, string method, string id)
    {
        var capabilities = Declares ? """{"tools":{"listChanged":true}}""" : """{"tools":{}}""";
        switch (method)
        {
            case "server/discover" when !IsModern:
                http.Response.StatusCode = StatusCodes.Status400BadRequest;
                break;
            case "server/discover":
                await ResultAsync(http, id, $$"""{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{{capabilities}},"ttlMs":0,"cacheScope":"public"}""");
                break;
            case "initialize":
                http.Response.Headers["Mcp-Session-Id"] = Guid.NewGuid().ToString();
                await ResultAsync(http, id, $$"""{"protocolVersion":"2025-11-25","serverInfo":{"name":"lists","version":"1"},"capabilities":{{capabilities}} }""");
                break;
            case "subscriptions/listen":
                await StreamAsync(http, $$"""{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":{{id}} },"notifications":{{Honours}} } }""");
                break;
            case "tools/list":
                Interlocked.Increment(ref _asked);
                var names = http.Request.Headers["X-User"] is [{ } user] ? Tools.Append(user.Split('@')[0]) : Tools;
                var tools = string.Join(',', names.Select(tool => $$$"""{"name":"{{{tool}}}","inputSchema":{"type":"object"}}"""));
                var hints = http.Request.Headers["MCP-Protocol-Version"] is ["2026-07-28"] ? $",\"resultType\":\"complete\",{Hints}" : "";
                await ResultAsync(http, id, $$"""{"tools":[{{tools}}]{{hints}}}""");
                break;
            default:
                await ResultAsync(http, id, """{"resultType":"complete","content":[]}""");
                break;
        }
    }

    private async Task StreamAsync(HttpContext http, string? acknowledgement)
    {
        var number = Interlocked.Increment(ref _streamsOpened);
        if (RefusesListeners)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var stream = Channel.CreateUnbounded<string>();
        if (acknowledgement is not null) stream.Writer.TryWrite(acknowledgement);
        _streams[number] = stream;
        http.Response.ContentType = "text/event-stream";
        try
        {
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var message in stream.Reader.ReadAllAsync(http.RequestAborted))
            {
                await http.Response.WriteAsync($"data: {message}\n\n", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // Who listened has gone.
            return;
        }
        finally
        {
            _streams.TryRemove(number, out _);
        }
    }

    private static Task ResultAsync(HttpContext http, string id, string result)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync($$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}} }""", http.RequestAborted);
    }
}
