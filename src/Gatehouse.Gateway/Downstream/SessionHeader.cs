using Gatehouse.Gateway.Sessions;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary><c>Mcp-Session-Id</c>, given out and taken back (MCP 2025-11-25, "Session management").</summary>
internal static class SessionHeader
{
    public const string Name = "Mcp-Session-Id";

    public static void BeginSession(this Exchange exchange, SessionIds sessions, McpSession session) =>
        exchange.Http.Response.Headers[Name] = sessions.Seal(session);

    public static string? Of(IHeaderDictionary headers) => headers[Name] is [{ Length: > 0 } id] ? id : null;
}
