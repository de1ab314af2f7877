using System.Text.Json;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream;

/// <summary>The answers to <c>initialize</c> and <c>server/discover</c> that the gateway gives for others.</summary>
internal static class Handshake
{
    /// <summary>What works toward legacy clients where the gateway answers the handshake: what is told unasked comes on the session's stream.</summary>
    public const UpstreamFeatures Legacy = UpstreamFeatures.Tools | UpstreamFeatures.Resources | UpstreamFeatures.Prompts | UpstreamFeatures.Completions
        | UpstreamFeatures.Logging | UpstreamFeatures.ResourcesSubscribe
        | UpstreamFeatures.ToolsListChanged | UpstreamFeatures.PromptsListChanged | UpstreamFeatures.ResourcesListChanged;

    /// <summary>The same toward modern ones: <c>subscriptions/listen</c> brings the changes, and log messages come with the answer that they belong to.</summary>
    public const UpstreamFeatures Modern = Legacy | UpstreamFeatures.Tasks;

    /// <summary><c>InitializeResult</c> of an aggregate.</summary>
    /// <param name="instructions">Null for none.</param>
    public static MessageWriter.Content Initialized(string version, UpstreamFeatures features, string? instructions) => json =>
    {
        json.WriteString("protocolVersion"u8, version);
        WriteCapabilities(json, features & Legacy);
        json.WritePropertyName("serverInfo"u8);
        ServerIdentity.Write(json);
        if (instructions is not null) json.WriteString("instructions"u8, instructions);
    };

    /// <summary><c>InitializeResult</c> of a server that several clients share: its own words, but for what sharing takes away.</summary>
    public static MessageWriter.Content Initialized(string version, UpstreamFeatures features, InitializeResult own) => json =>
    {
        json.WriteString("protocolVersion"u8, version);
        WriteCapabilities(json, features & Legacy);
        Write("serverInfo"u8, own.ServerInfo);
        Write("instructions"u8, own.Instructions);

        void Write(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
        {
            if (value.IsEmpty) return;
            json.WritePropertyName(name);
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    };

    /// <summary><c>DiscoverResult</c> of an aggregate (2026-07-28).</summary>
    /// <param name="instructions">Null for none.</param>
    public static MessageWriter.Content Discovered(UpstreamFeatures features, string? instructions) => json =>
    {
        json.WriteString("resultType"u8, "complete"u8);
        json.WriteStartArray("supportedVersions"u8);
        json.WriteStringValue(ProtocolVersions.Modern);
        json.WriteEndArray();
        WriteCapabilities(json, features & Modern);
        if (instructions is not null) json.WriteString("instructions"u8, instructions);
        json.WriteNumber("ttlMs"u8, 0);
        json.WriteString("cacheScope"u8, "private"u8);
        json.WriteStartObject("_meta"u8);
        ServerIdentity.WriteMeta(json);
        json.WriteEndObject();
    };

    /// <summary>Extensions that the gateway does not know end to end are not among the features, and so not here.</summary>
    private static void WriteCapabilities(Utf8JsonWriter json, UpstreamFeatures features)
    {
        json.WriteStartObject("capabilities"u8);
        Write("tools"u8, UpstreamFeatures.Tools, UpstreamFeatures.ToolsListChanged, UpstreamFeatures.None);
        Write("resources"u8, UpstreamFeatures.Resources, UpstreamFeatures.ResourcesListChanged, UpstreamFeatures.ResourcesSubscribe);
        Write("prompts"u8, UpstreamFeatures.Prompts, UpstreamFeatures.PromptsListChanged, UpstreamFeatures.None);
        Write("completions"u8, UpstreamFeatures.Completions, UpstreamFeatures.None, UpstreamFeatures.None);
        Write("logging"u8, UpstreamFeatures.Logging, UpstreamFeatures.None, UpstreamFeatures.None);
        if (features.HasFlag(UpstreamFeatures.Tasks))
        {
            json.WriteStartObject("extensions"u8);
            json.WriteStartObject(Extensions.Tasks);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();

        void Write(ReadOnlySpan<byte> name, UpstreamFeatures feature, UpstreamFeatures listChanged, UpstreamFeatures subscribe)
        {
            if ((features & feature) == 0) return;
            json.WriteStartObject(name);
            if ((features & listChanged) != 0) json.WriteBoolean("listChanged"u8, true);
            if ((features & subscribe) != 0) json.WriteBoolean("subscribe"u8, true);
            json.WriteEndObject();
        }
    }
}
