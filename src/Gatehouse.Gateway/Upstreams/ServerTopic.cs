namespace Gatehouse.Gateway.Upstreams;

/// <summary>What a server's own request or notification is about, as far as the gateway acts on it.</summary>
internal enum ServerTopic
{
    Other,
    Ping,
    Progress,
    ToolsListChanged,
    PromptsListChanged,

    /// <summary>Resources and their templates.</summary>
    ResourcesListChanged,
    ResourceUpdated,

    /// <summary>The first word on a listen stream (2026-07-28, "Subscriptions").</summary>
    Acknowledged,

    /// <summary>In the modern era a server says so only of a listen.</summary>
    Cancelled,
}
