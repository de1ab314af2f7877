namespace Gatehouse.Gateway.Protocol;

/// <summary>The methods that the gateway itself knows something about.</summary>
internal static class McpMethods
{
    public const string Initialize = "initialize";
    public const string Discover = "server/discover";
    public const string Ping = "ping";
    public const string ListTools = "tools/list";
    public const string CallTool = "tools/call";
    public const string ListPrompts = "prompts/list";
    public const string GetPrompt = "prompts/get";
    public const string ListResources = "resources/list";
    public const string ListResourceTemplates = "resources/templates/list";
    public const string ReadResource = "resources/read";
    public const string Subscribe = "resources/subscribe";
    public const string Unsubscribe = "resources/unsubscribe";
    public const string Listen = "subscriptions/listen";
    public const string SetLogLevel = "logging/setLevel";
    public const string Complete = "completion/complete";
    public const string Cancelled = "notifications/cancelled";
    public const string Initialized = "notifications/initialized";
    public const string GetTask = "tasks/get";
    public const string UpdateTask = "tasks/update";
    public const string CancelTask = "tasks/cancel";
    public const string TaskChanged = "notifications/tasks";
    public const string ToolsChanged = "notifications/tools/list_changed";
    public const string PromptsChanged = "notifications/prompts/list_changed";
    public const string ResourcesChanged = "notifications/resources/list_changed";
    public const string ResourceUpdated = "notifications/resources/updated";
    public const string Acknowledged = "notifications/subscriptions/acknowledged";
    public const string RootsChanged = "notifications/roots/list_changed";

    /// <summary>Methods that ended with the legacy era (MCP 2026-07-28, "Changes").</summary>
    public static bool IsRemovedInModern(string method) => method is Initialize or Ping or SetLogLevel or Subscribe or Unsubscribe;

    public static bool IsList(string method) => method is ListTools or ListPrompts or ListResources or ListResourceTemplates;
}
