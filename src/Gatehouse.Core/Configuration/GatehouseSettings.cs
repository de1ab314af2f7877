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

    [Description("How much one user may ask for, and one server may answer.")]
    public LimitSettings Limits { get; init; } = new();

    [Description("The MCP servers behind the gateway, by name. The name prefixes their tools on /mcp and is the path of /mcp/{name}.")]
    public IReadOnlyDictionary<string, ServerSettings> McpServers { get; init; } = new Dictionary<string, ServerSettings>();

    [Description("Named parts of what the servers offer. The name is the path of /mcp/{name}.")]
    public IReadOnlyDictionary<string, VirtualServerSettings> VirtualServers { get; init; } = new Dictionary<string, VirtualServerSettings>();

    [Description("How the servers look as one.")]
    public AggregateSettings Aggregate { get; init; } = new();

    /// <summary>The names of all endpoints below <c>/mcp</c>: active servers and virtual ones.</summary>
    public IEnumerable<string> EndpointNames => McpServers.Where(server => server.Value.IsActive).Select(server => server.Key).Concat(VirtualServers.Keys);

    /// <summary>How many bytes an answer of this server may have.</summary>
    public int ResponseBytesOf(string server) => McpServers[server].Limits?.ResponseBytes ?? Limits.ResponseBytes;
}

/// <summary>Where the work on a call is done.</summary>
public enum CallScheduling
{
    /// <summary>On threads of the pool.</summary>
    Pool,

    /// <summary>On the threads that watch the sockets.</summary>
    Inline,
}
