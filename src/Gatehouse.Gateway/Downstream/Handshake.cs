using System.Text.Json;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream;

/// <summary>The answers to <c>initialize</c> and <c>server/discover</c> that the gateway gives for others.</summary>
internal static class Handshake
{
    /// <summary>What reaches legacy clients only: on their session's stream.</summary>
    private const UpstreamFeatures News = UpstreamFeatures.Logging | UpstreamFeatures.ResourcesSubscribe
        | UpstreamFeatures.ToolsListChanged | UpstreamFeatures.ResourcesListChanged | UpstreamFeatures.PromptsListChanged;

    /// <summary><c>InitializeResult</c> of <c>/mcp</c>.</summary>
    public static MessageWriter.Content Initialized(string version, UpstreamFeatures features) => json =>
    {
        json.WriteString("protocolVersion"u8, version);
        WriteCapabilities(json, features);
        json.WritePropertyName("serverInfo"u8);
        ServerIdentity.Write(json);
    };

    /// <summary><c>InitializeResult</c> of a server that several clients share: its own words, but for what sharing takes away.</summary>
    public static MessageWriter.Content Initialized(string version, UpstreamFeatures features, InitializeResult own) => json =>
    {
        json.WriteString("protocolVersion"u8, version);
        WriteCapabilities(json, features);
        Write("serverInfo"u8, own.ServerInfo);
        Write("instructions"u8, own.Instructions);

        void Write(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
        {
            if (value.IsEmpty) return;
            json.WritePropertyName(name);
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    };

    /// <summary><c>DiscoverResult</c> of <c>/mcp</c> (2026-07-28).</summary>
    public static MessageWriter.Content Discovered(UpstreamFeatures features) => json =>
    {
        json.WriteString("resultType"u8, "complete"u8);
        json.WriteStartArray("supportedVersions"u8);
        json.WriteStringValue(ProtocolVersions.Modern);
        json.WriteEndArray();
        WriteCapabilities(json, features & ~News);
        json.WriteNumber("ttlMs"u8, 0);
        json.WriteString("cacheScope"u8, "private"u8);
        json.WriteStartObject("_meta"u8);
        ServerIdentity.WriteMeta(json);
        json.WriteEndObject();
    };

    /// <summary>Only what really works.</summary>
    private static void WriteCapabilities(Utf8JsonWriter json, UpstreamFeatures features)
    {
        json.WriteStartObject("capabilities"u8);
        Write("tools"u8, UpstreamFeatures.Tools, UpstreamFeatures.ToolsListChanged);
        Write("resources"u8, UpstreamFeatures.Resources, UpstreamFeatures.ResourcesListChanged, UpstreamFeatures.ResourcesSubscribe);
        Write("prompts"u8, UpstreamFeatures.Prompts, UpstreamFeatures.PromptsListChanged);
        Write("completions"u8, UpstreamFeatures.Completions);
        Write("logging"u8, UpstreamFeatures.Logging);
        json.WriteEndObject();

        void Write(ReadOnlySpan<byte> name, UpstreamFeatures feature, UpstreamFeatures changes = UpstreamFeatures.None, UpstreamFeatures subscribe = UpstreamFeatures.None)
        {
            if ((features & feature) == 0) return;
            json.WriteStartObject(name);
            if ((features & changes) != 0) json.WriteBoolean("listChanged"u8, true);
            if ((features & subscribe) != 0) json.WriteBoolean("subscribe"u8, true);
            json.WriteEndObject();
        }
    }
}
