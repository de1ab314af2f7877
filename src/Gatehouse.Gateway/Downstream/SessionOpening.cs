using System.Diagnostics.CodeAnalysis;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>Begins the sessions that the gateway answers for, and says which upstream session carries a message of theirs.</summary>
internal static class SessionOpening
{
    /// <summary>The whole session travels in a header, so there is a bound to what it remembers of its client.</summary>
    private const int MostCapabilities = 1536;

    private const int MostTogether = 2048;

    /// <param name="server">The server of <c>/mcp/{server}</c>; null on <c>/mcp</c>.</param>
    /// <returns>False if the client says more of its capabilities than an id can hold. A <c>clientInfo</c> that is too long is only left out: upstreams then see the gateway's.</returns>
    public static bool TryBegin(Exchange exchange, string? server, [NotNullWhen(true)] out McpSession? session, [NotNullWhen(false)] out Refusal? refusal)
    {
        var said = InitializeParams.Read(exchange.Message);
        session = null;
        refusal = said.Capabilities.Length > MostCapabilities
            ? new Refusal(StatusCodes.Status400BadRequest, JsonRpcCode.InvalidParams, $"The client's capabilities take more than {MostCapabilities} bytes")
            : null;
        if (refusal is not null) return false;
        session = new McpSession
        {
            Subject = exchange.Caller.Subject,
            ClientId = exchange.Caller.ClientId,
            Server = server,
            ProtocolVersion = ProtocolVersions.Negotiate(exchange.Message.RequestedVersion),
            Key = SessionIds.NewKey(),
            Capabilities = Keep(said.Capabilities),
            ClientInfo = said.Capabilities.Length + said.ClientInfo.Length > MostTogether ? null : Keep(said.ClientInfo),
        };
        return true;
    }

    public static SessionBinding BindingOf(McpSession? session) => session switch
    {
        null => SessionBinding.None.Instance,
        { IsUpstreams: true } => new SessionBinding.Own(session.UpstreamSessionId),
        _ => Managed(session),
    };

    public static SessionBinding.Managed Managed(McpSession session) => new(session.Key, session.ProtocolVersion)
    {
        Capabilities = session.Capabilities?.Text ?? default,
        ClientInfo = session.ClientInfo?.Text ?? default,
    };

    private static RawJson? Keep(ReadOnlyMemory<byte> text) => text.IsEmpty ? null : new RawJson(text.ToArray());
}
