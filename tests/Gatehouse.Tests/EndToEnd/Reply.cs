using System.Net;
using System.Text.Json;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>A whole answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">The JSON-RPC response; undefined if there was none.</param>
/// <param name="Before">The messages that came before it on the stream.</param>
internal sealed record Reply(HttpStatusCode Status, JsonElement Message, IReadOnlyList<JsonElement> Before)
{
    public JsonElement Result => Message.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{(int)Status} is no result: {Body}");

    /// <summary>The code of a JSON-RPC error.</summary>
    public int Code => Message.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : throw new InvalidOperationException($"{(int)Status} is no error: {Body}");

    /// <summary>The message as it was written.</summary>
    public string Body => Message.ValueKind is JsonValueKind.Undefined ? "" : Message.GetRawText();

    /// <summary>The text of a tool's result.</summary>
    public string Text => Result.GetProperty("content")[0].GetProperty("text").GetString()!;

    /// <summary>What names the items of a list: tools and prompts have names, the rest URIs.</summary>
    public IReadOnlyList<string> Names(string method)
    {
        var (member, key) = method switch
        {
            "tools/list" => ("tools", "name"),
            "prompts/list" => ("prompts", "name"),
            "resources/list" => ("resources", "uri"),
            _ => ("resourceTemplates", "uriTemplate"),
        };
        return [.. Result.GetProperty(member).EnumerateArray().Select(item => item.GetProperty(key).GetString()!)];
    }

    public static async Task<Reply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var messages = new List<JsonElement>();
        if (response.Content.Headers.ContentType?.MediaType is "application/json" or "text/event-stream")
        {
            await foreach (var message in McpOverHttp.MessagesAsync(response, cancellationToken)) messages.Add(message);
        }

        return messages is [.. var before, var last] ? new Reply(response.StatusCode, last, before) : new Reply(response.StatusCode, default, []);
    }
}
