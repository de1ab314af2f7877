using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What somebody wants to hear of, or will be told of (2026-07-28, "Subscriptions"; the tasks from SEP-2663).</summary>
internal sealed record ListenFilter
{
    public static readonly ListenFilter Nothing = new();

    private static readonly JsonDocumentOptions _options = new() { MaxDepth = EnvelopeScanner.MaxDepth };

    public bool Tools { get; init; }

    public bool Prompts { get; init; }

    public bool Resources { get; init; }

    /// <summary>URIs whose resources are watched.</summary>
    public IReadOnlyList<string> ResourceSubscriptions { get; init; } = [];

    public IReadOnlyList<string> TaskIds { get; init; } = [];

    public bool IsEmpty => this is { Tools: false, Prompts: false, Resources: false, ResourceSubscriptions.Count: 0, TaskIds.Count: 0 };

    /// <summary>Reads <c>notifications</c> in the params of a request or an acknowledgement. Once for each stream, so a DOM is fine here.</summary>
    /// <param name="parameters">The bytes of <c>params</c>.</param>
    /// <returns>Null if there is none; a kind that is not known here is nothing that we could promise.</returns>
    public static ListenFilter? Read(ReadOnlyMemory<byte> parameters)
    {
        try
        {
            using var document = JsonDocument.Parse(parameters, _options);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("notifications", out var filter) || filter.ValueKind != JsonValueKind.Object) return null;
            return new ListenFilter
            {
                Tools = Wants(filter, "toolsListChanged"),
                Prompts = Wants(filter, "promptsListChanged"),
                Resources = Wants(filter, "resourcesListChanged"),
                ResourceSubscriptions = Texts(filter, "resourceSubscriptions"),
                TaskIds = Texts(filter, "taskIds"),
            };
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What is in both.</summary>
    public ListenFilter And(ListenFilter other) => new()
    {
        Tools = Tools && other.Tools,
        Prompts = Prompts && other.Prompts,
        Resources = Resources && other.Resources,
        ResourceSubscriptions = [.. ResourceSubscriptions.Intersect(other.ResourceSubscriptions, StringComparer.Ordinal)],
        TaskIds = [.. TaskIds.Intersect(other.TaskIds, StringComparer.Ordinal)],
    };

    /// <summary>What is in either.</summary>
    public ListenFilter Or(ListenFilter other) => new()
    {
        Tools = Tools || other.Tools,
        Prompts = Prompts || other.Prompts,
        Resources = Resources || other.Resources,
        ResourceSubscriptions = [.. ResourceSubscriptions.Union(other.ResourceSubscriptions, StringComparer.Ordinal)],
        TaskIds = [.. TaskIds.Union(other.TaskIds, StringComparer.Ordinal)],
    };

    /// <summary>Whether a notification is one of those that were asked for.</summary>
    public bool Covers(string method) => method switch
    {
        McpMethods.ToolsChanged => Tools,
        McpMethods.PromptsChanged => Prompts,
        McpMethods.ResourcesChanged => Resources,
        McpMethods.ResourceUpdated => ResourceSubscriptions.Count > 0,
        McpMethods.TaskChanged => TaskIds.Count > 0,
        _ => false,
    };

    /// <summary>Writes the member <c>notifications</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("notifications"u8);
        if (Tools) json.WriteBoolean("toolsListChanged"u8, true);
        if (Prompts) json.WriteBoolean("promptsListChanged"u8, true);
        if (Resources) json.WriteBoolean("resourcesListChanged"u8, true);
        WriteTexts("resourceSubscriptions"u8, ResourceSubscriptions);
        WriteTexts("taskIds"u8, TaskIds);
        json.WriteEndObject();

        void WriteTexts(ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
        {
            if (texts.Count == 0) return;
            json.WriteStartArray(name);
            foreach (var text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }
    }

    private static bool Wants(JsonElement filter, string name) => filter.TryGetProperty(name, out var wanted) && wanted.ValueKind == JsonValueKind.True;

    private static string[] Texts(JsonElement filter, string name) => filter.TryGetProperty(name, out var texts) && texts.ValueKind == JsonValueKind.Array
        ? [.. texts.EnumerateArray().Where(text => text.ValueKind == JsonValueKind.String).Select(text => text.GetString()!).Distinct(StringComparer.Ordinal)]
        : [];
}
