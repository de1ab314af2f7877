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

    public long LastId => Interlocked.Read(ref _lastId);

    /// <summary>Opens a legacy session.</summary>
    /// <returns>The <c>initialize</c> result.</returns>
    public async Task<JsonElement> InitializeAsync(CancellationToken cancellationToken)
    {
        using var response = await PostAsync(Message("initialize", new
        {
            protocolVersion = LegacyVersion,
            capabilities = new { },
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
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (SessionId is not null)
        {
            request.Headers.Add("Mcp-Session-Id", SessionId);
            request.Headers.Add("MCP-Protocol-Version", LegacyVersion);
        }

        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
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
