using System.Text.Json;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>A client's open <c>subscriptions/listen</c>.</summary>
internal sealed class Listening : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<JsonElement> _messages;

    private Listening(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        _response = response;
        _messages = McpOverHttp.MessagesAsync(response, cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    /// <param name="http">A connection of a signed-in user.</param>
    /// <param name="notifications">What to hear of.</param>
    /// <param name="id">The raw id of the request.</param>
    /// <param name="capabilities">What the client declares.</param>
    public static async Task<Listening> OpenAsync(McpOverHttp http, object notifications, string id, CancellationToken cancellationToken, object? capabilities = null)
    {
        var meta = new Dictionary<string, object>
        {
            ["io.modelcontextprotocol/protocolVersion"] = ModernMcp.Version,
            ["io.modelcontextprotocol/clientCapabilities"] = capabilities ?? new { },
        };
        var parameters = JsonSerializer.Serialize(new { notifications, _meta = meta });
        var response = await http.PostAsync(
            $$"""{"jsonrpc":"2.0","id":{{id}},"method":"subscriptions/listen","params":{{parameters}}}""", cancellationToken,
            (ModernMcp.VersionHeader, ModernMcp.Version), (ModernMcp.MethodHeader, "subscriptions/listen"));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new Listening(response, cancellationToken);
    }

    public async Task<JsonElement> NextAsync() => await _messages.MoveNextAsync() ? _messages.Current : throw new InvalidOperationException("The stream has ended.");

    public ValueTask<bool> MoveNextAsync() => _messages.MoveNextAsync();

    public async ValueTask DisposeAsync()
    {
        await _messages.DisposeAsync();
        _response.Dispose();
    }
}
