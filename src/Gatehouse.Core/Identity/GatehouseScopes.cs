namespace Gatehouse.Core.Identity;

/// <summary>The scopes that our authorization server grants.</summary>
public static class GatehouseScopes
{
    /// <summary>To use the MCP endpoints at all.</summary>
    public const string Mcp = "mcp";
}
