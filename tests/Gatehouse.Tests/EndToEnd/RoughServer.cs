using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>An MCP server of both eras that answers too much, too slowly, or not at all, by the name of the tool.</summary>
internal sealed class RoughServer(WebApplication app, TaskCompletionSource released, ConcurrentDictionary<string, int> seen) : IAsyncDisposable
{
    private const string Answer = """{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","content":[{"type":"text","text":"fine"}]}}""";

    public ServerSettings Settings { get; } = new()
    {
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/mcp"),
        Timeout = 30,
    };

    /// <summary>Lets all calls of <c>hold</c> end, from now on.</summary>
    public void Release() => released.TrySetResult();

    /// <summary>How often something happened: a call of a tool, or <c>cancelled</c> for a request that was given up.</summary>
    public int Count(string what) => seen.GetValueOrDefault(what);

    /// <summary>Waits until something has happened as often as that.</summary>
    public async Task UntilAsync(string what, int count, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (Count(what) < count) await ticks.WaitForNextTickAsync(cancellationToken);
    }

    public static async Task<RoughServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new ConcurrentDictionary<string, int>();
        app.Run(async http =>
        {
            try
            {
                await AnswerAsync(http, released.Task, seen);
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException)
            {
                Saw("cancelled");
            }

            void Saw(string what) => seen.AddOrUpdate(what, 1, static (_, count) => count + 1);
        });
        await app.StartAsync(cancellationToken);
        return new RoughServer(app, released, seen);
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext http, Task released, ConcurrentDictionary<string, int> seen)
    {
        var gone = http.RequestAborted;
        if (http.Request.Method != "POST")
        {
            http.Response.StatusCode = http.Request.Method == "DELETE" ? 204 : 405;
            return;
        }

        using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: gone);
        var message = document.RootElement;
        var id = message.TryGetProperty("id", out var raw) ? raw.GetRawText() : null;
        var method = message.GetProperty("method").GetString()!;
        var tool = method == "tools/call" ? message.GetProperty("params").GetProperty("name").GetString()! : method;
        seen.AddOrUpdate(tool, 1, static (_, count) => count + 1);
        switch (tool)
        {
            case "server/discover":
                await JsonAsync("""{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"}}""");
                break;
            case "initialize":
                http.Response.Headers["Mcp-Session-Id"] = "rough-session";
                await JsonAsync("""{"jsonrpc":"2.0","id":ID,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"rough","version":"1"}}}""");
                break;
            case "hold":
                await released.WaitAsync(gone);
                await JsonAsync(Answer);
                break;
            case "tools/list" when http.Request.Path != "/bomb":
                await JsonAsync("""{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","tools":[{"name":"fine","inputSchema":{"type":"object"}}],"ttlMs":0,"cacheScope":"private"}}""");
                break;
            case "tools/list" or "endless-json":
                http.Response.ContentType = "application/json";
                await ForEverAsync("{\"result\":\"", new string('x', 64 * 1024));
                break;
            case "huge-json":
                http.Response.ContentType = "application/json";
                http.Response.ContentLength = 1L << 30;
                await ForEverAsync("{\"result\":\"", new string('x', 64 * 1024));
                break;
            case "endless-events":
                await ForEverAsync("", Event($$$"""{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"{{{new string('x', 8 * 1024)}}}"}}"""));
                break;
            case "endless-event":
                await ForEverAsync("data: \"", new string('x', 64 * 1024));
                break;
            case "drip":
                await DripAsync(Event("""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}"""));
                break;
            case "comments":
                await DripAsync(": still here\n\n");
                break;
            case "quiet":
                await EventsAsync(Event("""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}"""));
                await released.WaitAsync(gone);
                await EventsAsync(Event(Answer));
                break;
            case "subscriptions/listen":
                await EventsAsync(Event("""{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":ID},"notifications":{}}}"""));
                await Task.Delay(Timeout.Infinite, gone);
                break;
            case "notifications/cancelled":
                seen.AddOrUpdate("cancelled", 1, static (_, count) => count + 1);
                http.Response.StatusCode = 202;
                break;
            default:
                if (id is null) http.Response.StatusCode = 202;
                else await JsonAsync(Answer);
                break;
        }

        Task JsonAsync(string json)
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(json.Replace("ID", id, StringComparison.Ordinal), gone);
        }

        async Task EventsAsync(string text)
        {
            http.Response.ContentType ??= "text/event-stream";
            await http.Response.WriteAsync(text.Replace("ID", id, StringComparison.Ordinal), gone);
            await http.Response.Body.FlushAsync(gone);
        }

        async Task DripAsync(string text)
        {
            using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            do await EventsAsync(text);
            while (await ticks.WaitForNextTickAsync(gone));
        }

        async Task ForEverAsync(string start, string more)
        {
            await EventsAsync(start);
            var bytes = Encoding.UTF8.GetBytes(more);
            while (true)
            {
                gone.ThrowIfCancellationRequested();
                await http.Response.Body.WriteAsync(bytes, gone);
            }
        }
    }

    private static string Event(string message) => $"event: message\ndata: {message}\n\n";
}
