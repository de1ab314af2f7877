namespace Gatehouse.Gateway.Protocol;

/// <summary>What a list method lists: where the items stand in its result, and what names one.</summary>
internal sealed record ListKind(string Method, string Member, string Key)
{
    public static readonly ListKind Tools = new(McpMethods.ListTools, "tools", "name");
    public static readonly ListKind Prompts = new(McpMethods.ListPrompts, "prompts", "name");
    public static readonly ListKind Resources = new(McpMethods.ListResources, "resources", "uri");
    public static readonly ListKind ResourceTemplates = new(McpMethods.ListResourceTemplates, "resourceTemplates", "uriTemplate");

    /// <summary>Whether items are called by another name on <c>/mcp</c>; URIs are not.</summary>
    public bool IsRenamed => Key == "name";

    public static ListKind? Of(string method) => method switch
    {
        McpMethods.ListTools => Tools,
        McpMethods.ListPrompts => Prompts,
        McpMethods.ListResources => Resources,
        McpMethods.ListResourceTemplates => ResourceTemplates,
        _ => null,
    };
}
