namespace Gatehouse.Gateway.Upstreams;

/// <summary>How an upstream stands.</summary>
internal sealed record UpstreamStatus
{
    public required UpstreamState State { get; init; }

    /// <summary>Why it is not up; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>Null while unknown.</summary>
    public bool? SpeaksModern { get; init; }

    /// <summary>Null while unknown: a modern upstream is not asked before a legacy client comes.</summary>
    public bool? SpeaksLegacy { get; init; }

    /// <summary>Whether it speaks the older HTTP+SSE transport, whose sessions are connections and cannot be a client's own.</summary>
    public bool IsSse { get; init; }

    /// <summary>The bytes of the <c>result</c> of its <c>initialize</c>; empty if there was none.</summary>
    public ReadOnlyMemory<byte> InitializeResult { get; init; }

    /// <summary>The bytes of the <c>result</c> of its <c>server/discover</c>; empty if there was none.</summary>
    public ReadOnlyMemory<byte> DiscoverResult { get; init; }

    /// <summary>What it declared under <c>capabilities</c>.</summary>
    public UpstreamFeatures Features { get; init; }

    /// <summary>Of its <c>…ListChanged</c>, those that somebody here listens for right now.</summary>
    public UpstreamFeatures Announced { get; init; }
}

internal enum UpstreamState
{
    Starting,
    Up,

    /// <summary>Tried and failed; tried again in the background.</summary>
    Down,
}

[Flags]
internal enum UpstreamFeatures
{
    None = 0,
    Tools = 1,
    Resources = 2,
    Prompts = 4,
    Completions = 8,
    Logging = 16,
    ToolsListChanged = 32,
    ResourcesListChanged = 64,
    PromptsListChanged = 128,
    ResourcesSubscribe = 256,
    ListsChanged = ToolsListChanged | ResourcesListChanged | PromptsListChanged,

    /// <summary>The tasks extension (SEP-2663), not what 2025-11-25 had under that name.</summary>
    Tasks = 512,
}
