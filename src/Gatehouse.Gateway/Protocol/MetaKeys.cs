namespace Gatehouse.Gateway.Protocol;

/// <summary>The keys of <c>_meta</c> that the gateway reads or writes (MCP 2026-07-28, and one of its own).</summary>
internal static class MetaKeys
{
    public static ReadOnlySpan<byte> ProtocolVersion => "io.modelcontextprotocol/protocolVersion"u8;

    public static ReadOnlySpan<byte> ClientCapabilities => "io.modelcontextprotocol/clientCapabilities"u8;

    public static ReadOnlySpan<byte> ClientInfo => "io.modelcontextprotocol/clientInfo"u8;

    public static ReadOnlySpan<byte> LogLevel => "io.modelcontextprotocol/logLevel"u8;

    public static ReadOnlySpan<byte> ServerInfo => "io.modelcontextprotocol/serverInfo"u8;

    public static ReadOnlySpan<byte> SubscriptionId => "io.modelcontextprotocol/subscriptionId"u8;

    /// <summary>How each upstream stood when a merged list was made.</summary>
    public static ReadOnlySpan<byte> Upstreams => "io.gatehouse/upstreams"u8;
}
