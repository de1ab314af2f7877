using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>The whole of <c>gatehouse.json</c>. Immutable; a reload swaps it as one.</summary>
public sealed record GatehouseSettings
{
    [Description("The URL that clients use, without a path, e.g. https://mcp.example.com. Never taken from the Host header.")]
    public required Uri PublicUrl { get; init; }

    [Description("The addresses to listen on. Default: http://localhost with the port of publicUrl when that is loopback, else http://0.0.0.0:8080.")]
    public IReadOnlyList<Uri> Listen { get; init; } = [];

    [Description("Which threads work on calls: those of the pool, or inline those that watch the sockets, which takes less CPU for a call and lets a long one hold up others. See performance.md.")]
    public CallScheduling Scheduling { get; init; } = CallScheduling.Pool;

    [Description("Where state lives. Default: a SQLite file in ./data.")]
    public DatabaseSettings Database { get; init; } = new();

    [Description("How people sign in.")]
    public required IdentitySettings Identity { get; init; }

    [Description("Lifetimes of what the authorization server issues.")]
    public TokenSettings Tokens { get; init; } = new();

    [Description("What the audit trail keeps.")]
    public AuditSettings Audit { get; init; } = new();

    [Description("The MCP servers behind the gateway, by name. The name prefixes their tools on /mcp and is the path of /mcp/{name}.")]
    public IReadOnlyDictionary<string, ServerSettings> McpServers { get; init; } = new Dictionary<string, ServerSettings>();
}

/// <summary>Where the work on a call is done.</summary>
public enum CallScheduling
{
    /// <summary>On threads of the pool.</summary>
    Pool,

    /// <summary>On the threads that watch the sockets.</summary>
    Inline,
}
