namespace Gatehouse.Tests.EndToEnd;

/// <summary>A client's connection to one endpoint, in either era.</summary>
internal interface IMcp
{
    /// <summary>The id of the last request.</summary>
    long LastId { get; }

    /// <summary>One request and the whole answer.</summary>
    /// <param name="headers">Beside those that belong to the request.</param>
    Task<Reply> AskAsync(string method, object parameters, CancellationToken cancellationToken, params (string Name, string Value)[] headers);

    /// <summary>One request and the beginning of its answer.</summary>
    Task<HttpResponseMessage> OpenAsync(string method, object parameters, CancellationToken cancellationToken, params (string Name, string Value)[] headers);
}

/// <summary>The two families of revisions that a client may speak.</summary>
public enum Speech
{
    /// <summary>Up to 2025-11-25: initialize, and sessions.</summary>
    Legacy,

    /// <summary>From 2026-07-28 on: every request stands for itself.</summary>
    Modern,
}

internal static class McpCalls
{
    /// <summary>Calls a tool.</summary>
    public static Task<Reply> CallAsync(this IMcp mcp, string tool, object arguments, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        mcp.AskAsync("tools/call", new { name = tool, arguments }, cancellationToken, headers);

    /// <summary>The names that a list method gives.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(this IMcp mcp, string method, CancellationToken cancellationToken) =>
        (await mcp.AskAsync(method, new { }, cancellationToken)).Names(method);
}
