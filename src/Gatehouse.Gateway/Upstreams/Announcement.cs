using System.Text.Json;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>What a message says to somebody who listens for changed lists.</summary>
/// <param name="Acknowledged">Of <see cref="UpstreamFeatures.ListsChanged"/>, what the server has agreed to announce; null if it is no such message.</param>
/// <param name="Changed">The list that has changed; null if it says nothing of that.</param>
internal readonly record struct Announcement(UpstreamFeatures? Acknowledged, ChangedList? Changed)
{
    /// <param name="message">A notification as the server wrote it.</param>
    public static Announcement Read(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return default;
            string? method = null;
            var honoured = UpstreamFeatures.None;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMethod = reader.ValueTextEquals("method"u8);
                var isParams = reader.ValueTextEquals("params"u8);
                reader.Read();
                if (isMethod && reader.TokenType == JsonTokenType.String) method = reader.GetString();
                else if (isParams && reader.TokenType == JsonTokenType.StartObject) honoured = ReadParams(ref reader);
                else reader.Skip();
            }

            return Of(method, honoured);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Whoever speaks nonsense on a stream of announcements has announced nothing.
            return default;
        }
    }

    private static Announcement Of(string? method, UpstreamFeatures honoured) => method switch
    {
        "notifications/subscriptions/acknowledged" => new(honoured, null),
        "notifications/tools/list_changed" => new(null, ChangedList.Tools),
        "notifications/prompts/list_changed" => new(null, ChangedList.Prompts),
        "notifications/resources/list_changed" => new(null, ChangedList.Resources),
        _ => default,
    };

    private static UpstreamFeatures ReadParams(ref Utf8JsonReader reader)
    {
        var honoured = UpstreamFeatures.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFilter = reader.ValueTextEquals("notifications"u8);
            reader.Read();
            if (isFilter && reader.TokenType == JsonTokenType.StartObject) honoured = ReadFilter(ref reader);
            else reader.Skip();
        }

        return honoured;
    }

    private static UpstreamFeatures ReadFilter(ref Utf8JsonReader reader)
    {
        var honoured = UpstreamFeatures.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var list = reader.ValueTextEquals("toolsListChanged"u8) ? UpstreamFeatures.ToolsListChanged
                : reader.ValueTextEquals("promptsListChanged"u8) ? UpstreamFeatures.PromptsListChanged
                : reader.ValueTextEquals("resourcesListChanged"u8) ? UpstreamFeatures.ResourcesListChanged
                : UpstreamFeatures.None;
            reader.Read();
            if (reader.TokenType == JsonTokenType.True) honoured |= list;
            reader.Skip();
        }

        return honoured;
    }
}
