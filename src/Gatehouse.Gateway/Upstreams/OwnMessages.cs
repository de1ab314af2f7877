using System.Buffers;
using System.Text.Json;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>The messages that the gateway says to an upstream in its own name.</summary>
internal static class OwnMessages
{
    public static ReadOnlyMemory<byte> Initialized { get; } = """{"jsonrpc":"2.0","method":"notifications/initialized"}"""u8.ToArray();

    public static byte[] Discover(long id, string version) => Write(json =>
    {
        json.WriteNumber("id"u8, id);
        json.WriteString("method"u8, McpMethods.Discover);
        json.WriteStartObject("params"u8);
        WriteMeta(json, version);
        json.WriteEndObject();
    });

    /// <summary>The <c>_meta</c> of a request of the gateway's own that stands for clients with these capabilities.</summary>
    /// <param name="capabilities">Their JSON; empty: none.</param>
    public static byte[] Meta(string version, ReadOnlyMemory<byte> capabilities)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) WriteMetaObject(json, version, capabilities);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Declares no capabilities: nobody behind the gateway would answer what the upstream might then ask.</summary>
    public static byte[] Initialize(long id, string version) => Write(json =>
    {
        json.WriteNumber("id"u8, id);
        json.WriteString("method"u8, McpMethods.Initialize);
        json.WriteStartObject("params"u8);
        json.WriteString("protocolVersion"u8, version);
        json.WriteStartObject("capabilities"u8);
        json.WriteEndObject();
        WriteClient(json, "clientInfo"u8);
        json.WriteEndObject();
    });

    /// <summary>What the client itself said in its <c>initialize</c>, for a server that speaks to nobody but this client.</summary>
    public static byte[] Initialize(long id, SessionBinding.Managed client) => Write(json =>
    {
        json.WriteNumber("id"u8, id);
        json.WriteString("method"u8, McpMethods.Initialize);
        json.WriteStartObject("params"u8);
        json.WriteString("protocolVersion"u8, client.ProtocolVersion);
        json.WritePropertyName("capabilities"u8);
        json.WriteRawValue(client.Capabilities.IsEmpty ? "{}"u8 : client.Capabilities.Span, skipInputValidation: true);
        json.WritePropertyName("clientInfo"u8);
        if (client.ClientInfo.IsEmpty) ServerIdentity.Write(json);
        else json.WriteRawValue(client.ClientInfo.Span, skipInputValidation: true);
        json.WriteEndObject();
    });

    /// <summary>Asks to be told of changed lists (2026-07-28, "Subscriptions").</summary>
    /// <param name="lists">Those that the server declares to tell of.</param>
    public static byte[] Listen(long id, string version, UpstreamFeatures lists) => Write(json =>
    {
        json.WriteNumber("id"u8, id);
        json.WriteString("method"u8, McpMethods.Listen);
        json.WriteStartObject("params"u8);
        WriteMeta(json, version);
        json.WriteStartObject("notifications"u8);
        if (lists.HasFlag(UpstreamFeatures.ToolsListChanged)) json.WriteBoolean("toolsListChanged"u8, true);
        if (lists.HasFlag(UpstreamFeatures.PromptsListChanged)) json.WriteBoolean("promptsListChanged"u8, true);
        if (lists.HasFlag(UpstreamFeatures.ResourcesListChanged)) json.WriteBoolean("resourcesListChanged"u8, true);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>The answer that ends a listen (2026-07-28, "Subscriptions").</summary>
    /// <param name="id">The raw id of the listen.</param>
    public static byte[] ListenEnd(ReadOnlyMemory<byte> id) => Write(json =>
    {
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.Span);
        json.WriteStartObject("result"u8);
        json.WriteString("resultType"u8, "complete"u8);
        json.WriteStartObject("_meta"u8);
        json.WritePropertyName(MetaKeys.SubscriptionId);
        json.WriteRawValue(id.Span);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary><c>resources/subscribe</c> or <c>resources/unsubscribe</c>.</summary>
    public static byte[] Subscription(long id, string method, string uri) => Write(json =>
    {
        json.WriteNumber("id"u8, id);
        json.WriteString("method"u8, method);
        json.WriteStartObject("params"u8);
        json.WriteString("uri"u8, uri);
        json.WriteEndObject();
    });

    /// <param name="id">The raw id of the request that nobody waits for any more.</param>
    public static byte[] Cancelled(ReadOnlyMemory<byte> id) => Write(json =>
    {
        json.WriteString("method"u8, McpMethods.Cancelled);
        json.WriteStartObject("params"u8);
        json.WritePropertyName("requestId"u8);
        json.WriteRawValue(id.Span);
        json.WriteString("reason"u8, "the caller gave up"u8);
        json.WriteEndObject();
    });

    /// <summary>
    /// What the gateway says to a server's own request that reaches no client: <c>ping</c> gets the empty result, all else is
    /// unknown.
    /// </summary>
    public static byte[] Reply(ReadOnlyMemory<byte> id, bool isPing) => Write(json =>
    {
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.Span);
        if (isPing)
        {
            json.WriteStartObject("result"u8);
            json.WriteEndObject();
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, JsonRpcCode.MethodNotFound);
        json.WriteString("message"u8, "No client can be asked here."u8);
        json.WriteEndObject();
    });

    /// <summary>An answer made of a result that is known already.</summary>
    public static byte[] Result(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> result) => Write(json =>
    {
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.Span);
        json.WritePropertyName("result"u8);
        json.WriteRawValue(result.Span);
    });

    /// <summary>What every request of the modern era carries.</summary>
    private static void WriteMeta(Utf8JsonWriter json, string version)
    {
        json.WritePropertyName("_meta"u8);
        WriteMetaObject(json, version, capabilities: default);
    }

    private static void WriteMetaObject(Utf8JsonWriter json, string version, ReadOnlyMemory<byte> capabilities)
    {
        json.WriteStartObject();
        json.WriteString(MetaKeys.ProtocolVersion, version);
        WriteClient(json, MetaKeys.ClientInfo);
        json.WritePropertyName(MetaKeys.ClientCapabilities);
        json.WriteRawValue(capabilities.IsEmpty ? "{}"u8 : capabilities.Span, skipInputValidation: true);
        json.WriteEndObject();
    }

    private static void WriteClient(Utf8JsonWriter json, ReadOnlySpan<byte> key)
    {
        json.WritePropertyName(key);
        ServerIdentity.Write(json);
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
