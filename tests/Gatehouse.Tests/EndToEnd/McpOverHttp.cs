using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>MCP as single HTTP requests, for what no well-behaved client would send. Speaks the legacy era.</summary>
/// <param name="accessToken">Null sends none.</param>
internal sealed class McpOverHttp(HttpClient http, Uri endpoint, string? accessToken) : IMcp
{
    /// <summary>The revision that the legacy requests here speak.</summary>
    public const string LegacyVersion = "2025-11-25";

    private long _lastId;

    /// <summary>The legacy session, once initialized.</summary>
    public string? SessionId { get; set; }

    /// <summary>Which host it believes to speak to; null: the endpoint's.</summary>
    public string? Host { get; init; }

    public long LastId => Interlocked.Read(ref _lastId);

    /// <summary>Opens a legacy session.</summary>
    /// <returns>The <c>initialize</c> result.</returns>
    public Task<JsonElement> InitializeAsync(CancellationToken cancellationToken) => InitializeAsync(new { }, cancellationToken);

    /// <summary>Opens a legacy session for a client that can do something.</summary>
    public async Task<JsonElement> InitializeAsync(object capabilities, CancellationToken cancellationToken)
    {
        using var response = await PostAsync(Message("initialize", new
        {
            protocolVersion = LegacyVersion,
            capabilities,
            clientInfo = new { name = "raw", version = "1" },
        }), cancellationToken);
        SessionId = response.Headers.TryGetValues("Mcp-Session-Id", out var values) ? values.Single() : null;
        var answer = await Reply.ReadAsync(response, cancellationToken);
        using var accepted = await PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", cancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, accepted.StatusCode);
        return answer.Result;
    }

    public async Task<Reply> AskAsync(string method, object parameters, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var response = await OpenAsync(method, parameters, cancellationToken, headers);
        return await Reply.ReadAsync(response, cancellationToken);
    }

    public Task<HttpResponseMessage> OpenAsync(string method, object parameters, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        PostAsync(Message(method, parameters), cancellationToken, headers);

    /// <summary>One request with an id of its own.</summary>
    public string Message(string method, object parameters) =>
        JsonSerializer.Serialize(new { jsonrpc = "2.0", id = Interlocked.Increment(ref _lastId), method, @params = parameters });

    /// <summary>Posts any body, with this connection's token and session; returns as soon as the headers are there.</summary>
    public Task<HttpResponseMessage> PostAsync(string body, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        RequestAsync(HttpMethod.Post, new StringContent(body, Encoding.UTF8, "application/json"), cancellationToken, headers);

    /// <summary>Any request at all.</summary>
    public async Task<HttpResponseMessage> RequestAsync(HttpMethod method, HttpContent? content, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, endpoint) { Content = content };
        if (accessToken is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        request.Headers.Host = Host;
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (SessionId is not null)
        {
            request.Headers.Add("Mcp-Session-Id", SessionId);
            request.Headers.Add("MCP-Protocol-Version", LegacyVersion);
        }

        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Answers a request of a server's.</summary>
    public async Task<System.Net.HttpStatusCode> AnswerAsync(JsonElement request, object result, CancellationToken cancellationToken)
    {
        using var response = await PostAsync(JsonSerializer.Serialize(new { jsonrpc = "2.0", id = request.GetProperty("id"), result }), cancellationToken);
        return response.StatusCode;
    }

    /// <summary>Opens the session's own stream, or takes one up again.</summary>
    public Task<HttpResponseMessage> ListenAsync(CancellationToken cancellationToken, string? lastEventId = null) =>
        lastEventId is null ? RequestAsync(HttpMethod.Get, null, cancellationToken) : RequestAsync(HttpMethod.Get, null, cancellationToken, ("Last-Event-ID", lastEventId));

    /// <summary>The events of a stream as they come, ids and all.</summary>
    public static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken)) yield return item;
    }

    /// <summary>The JSON-RPC messages of an answer as they come, be it one JSON document or a stream of events.</summary>
    public static async IAsyncEnumerable<JsonElement> MessagesAsync(
        HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is not "text/event-stream")
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            yield return document.RootElement.Clone();
            yield break;
        }

        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            if (item.Data.Length == 0) continue; // A priming event.
            using var document = JsonDocument.Parse(item.Data);
            yield return document.RootElement.Clone();
        }
    }
}
