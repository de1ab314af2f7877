using System.Collections.Frozen;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Policy;

/// <summary>Who may see and use what: an immutable snapshot of the configuration. What no rule names is denied.</summary>
internal sealed class AccessPolicy(GatehouseSettings settings)
{
    private readonly FrozenDictionary<string, ServerRule> _rules = settings.McpServers
        .Where(server => server.Value.IsActive)
        .ToFrozenDictionary(server => server.Key, server => new ServerRule(server.Value), StringComparer.Ordinal);

    public Verdict Decide(Caller caller, string server) =>
        !_rules.TryGetValue(server, out var rule) ? new Verdict.Denied("no such server")
        : !rule.Admits(caller) ? new Verdict.Denied("the user is in none of the server's requiredGroups")
        : Verdict.Allowed.Instance;

    public Verdict Decide(Caller caller, string server, string tool) =>
        Decide(caller, server) is Verdict.Denied denied ? denied
        : !_rules[server].Shows(tool) ? new Verdict.Denied("the server's excludedTools name this tool")
        : Verdict.Allowed.Instance;

    public bool Allows(Caller caller, string server) => Decide(caller, server) is Verdict.Allowed;

    /// <summary>The rule of a server that is known to exist.</summary>
    public ServerRule RuleOf(string server) => _rules[server];
}
