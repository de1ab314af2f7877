using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>What an upstream says to <c>server/discover</c> or <c>initialize</c>. Read once per start, so a DOM is fine here.</summary>
internal abstract record Greeting
{
    private static readonly string _serverInfoKey = Encoding.UTF8.GetString(MetaKeys.ServerInfo);
    private static readonly string _tasksKey = Encoding.UTF8.GetString(Extensions.Tasks);

    /// <param name="Result">The bytes of <c>result</c>.</param>
    /// <param name="Identity">Name and version, if it gave them.</param>
    /// <param name="Features">What it declared.</param>
    /// <param name="ProtocolVersion">The revision it chose; only <c>initialize</c> has one.</param>
    /// <param name="SupportedVersions">The revisions it can; only <c>server/discover</c> has them.</param>
    public sealed record Welcome(
        ReadOnlyMemory<byte> Result, string? Identity, UpstreamFeatures Features, string? ProtocolVersion, IReadOnlyList<string> SupportedVersions) : Greeting;

    /// <summary>A JSON-RPC error.</summary>
    public sealed record Refusal(int Code, IReadOnlyList<string> SupportedVersions) : Greeting
    {
        /// <summary>Only a server of the modern era has these words.</summary>
        public bool IsModern => Code is JsonRpcCode.HeaderMismatch or JsonRpcCode.MissingClientCapability or JsonRpcCode.UnsupportedVersion;
    }

    /// <summary>No JSON-RPC answer.</summary>
    public sealed record Nonsense : Greeting;

    public static Greeting Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return new Nonsense();
            if (root.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object) return ReadResult(result);
            return root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? ReadError(error) : new Nonsense();
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The latter is the reader's word for text that is none: half a surrogate pair, or bytes that are not UTF-8.
            return new Nonsense();
        }
    }

    private static Welcome ReadResult(JsonElement result) => new(
        JsonMarshal.GetRawUtf8Value(result).ToArray(),
        Identify(result),
        result.TryGetProperty("capabilities", out var capabilities) ? FeaturesOf(capabilities) : UpstreamFeatures.None,
        Text(result, "protocolVersion"),
        Texts(result, "supportedVersions"));

    private static Refusal ReadError(JsonElement error) => new(
        error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number) ? number : 0,
        error.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? Texts(data, "supported") : []);

    private static string? Identify(JsonElement result)
    {
        var info = result.TryGetProperty("serverInfo", out var legacy) ? legacy
            : result.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty(_serverInfoKey, out var modern) ? modern
            : default;
        if (info.ValueKind != JsonValueKind.Object || Text(info, "name") is not { } name) return null;
        return Text(info, "version") is { } version ? $"{name} {version}" : name;
    }

    private static UpstreamFeatures FeaturesOf(JsonElement capabilities)
    {
        if (capabilities.ValueKind != JsonValueKind.Object) return UpstreamFeatures.None;
        return Has("tools", UpstreamFeatures.Tools) | Has("resources", UpstreamFeatures.Resources) | Has("prompts", UpstreamFeatures.Prompts)
            | Has("completions", UpstreamFeatures.Completions) | Has("logging", UpstreamFeatures.Logging)
            | Does("tools", "listChanged", UpstreamFeatures.ToolsListChanged) | Does("prompts", "listChanged", UpstreamFeatures.PromptsListChanged)
            | Does("resources", "listChanged", UpstreamFeatures.ResourcesListChanged) | Does("resources", "subscribe", UpstreamFeatures.ResourcesSubscribe)
            | Extends(_tasksKey, UpstreamFeatures.Tasks);

        UpstreamFeatures Has(string name, UpstreamFeatures feature) =>
            capabilities.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? feature : UpstreamFeatures.None;

        UpstreamFeatures Extends(string name, UpstreamFeatures feature) =>
            capabilities.TryGetProperty("extensions", out var extensions) && extensions.ValueKind == JsonValueKind.Object
                && extensions.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? feature : UpstreamFeatures.None;

        UpstreamFeatures Does(string name, string detail, UpstreamFeatures feature) =>
            capabilities.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
                && value.TryGetProperty(detail, out var does) && does.ValueKind == JsonValueKind.True ? feature : UpstreamFeatures.None;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string[] Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];
}
