using System.Collections.Frozen;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Policy;

/// <summary>Who may see and use what: an immutable snapshot of the configuration. What no rule names is denied.</summary>
internal sealed class AccessPolicy(GatehouseSettings settings)
{
    private readonly FrozenDictionary<string, ServerRule> _rules = settings.McpServers
        .Where(server => server.Value.IsActive)
        .ToFrozenDictionary(server => server.Key, server => new ServerRule(server.Value.RequiredGroups, server.Value.ExcludedTools), StringComparer.Ordinal);

    private readonly FrozenDictionary<string, ServerRule> _virtual = settings.VirtualServers
        .ToFrozenDictionary(server => server.Key, server => new ServerRule(server.Value.RequiredGroups, []), StringComparer.Ordinal);

    /// <summary>Whether the caller may come to <c>/mcp/{endpoint}</c>: a server, or a virtual one, under which the rules of its servers still hold.</summary>
    public Verdict DecideEndpoint(Caller caller, string endpoint) => _virtual.TryGetValue(endpoint, out var rule) ? Admission(caller, rule) : Decide(caller, endpoint);

    public Verdict Decide(Caller caller, string server) =>
        _rules.TryGetValue(server, out var rule) ? Admission(caller, rule) : new Verdict.Denied("no such server");

    public Verdict Decide(Caller caller, string server, string tool) =>
        Decide(caller, server) is Verdict.Denied denied ? denied
        : !_rules[server].Shows(tool) ? new Verdict.Denied("the server's excludedTools name this tool")
        : Verdict.Allowed.Instance;

    public bool Allows(Caller caller, string server) => Decide(caller, server) is Verdict.Allowed;

    /// <summary>The rule of a server that is known to exist.</summary>
    public ServerRule RuleOf(string server) => _rules[server];

    private static Verdict Admission(Caller caller, ServerRule rule) =>
        rule.Admits(caller) ? Verdict.Allowed.Instance : new Verdict.Denied("the user is in none of the server's requiredGroups");
}
