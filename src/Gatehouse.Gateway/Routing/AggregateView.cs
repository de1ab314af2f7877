using System.Collections.Frozen;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Routing;

/// <summary>
/// What one aggregate endpoint shows of the servers, and under which names: everything on <c>/mcp</c>, a part on a virtual
/// server. Who may use what is not decided here but by the policy, which holds underneath.
/// </summary>
internal sealed class AggregateView
{
    private readonly FrozenDictionary<string, Part>? _parts;
    private readonly FrozenDictionary<string, ExposedName> _ownNames = FrozenDictionary<string, ExposedName>.Empty;
    private readonly FrozenDictionary<ExposedName, string> _newNames = FrozenDictionary<ExposedName, string>.Empty;
    private readonly FrozenDictionary<ExposedName, string> _descriptions = FrozenDictionary<ExposedName, string>.Empty;

    private AggregateView()
    {
    }

    /// <param name="name">Its name.</param>
    /// <param name="settings">What was checked at start: every name in it means something.</param>
    public AggregateView(string name, VirtualServerSettings settings)
    {
        (Name, Description) = (name, settings.Description);
        _parts = settings.NamedServers.ToFrozenDictionary(server => server, server => new Part(server, settings), StringComparer.Ordinal);
        _ownNames = settings.Rename.ToFrozenDictionary(rename => rename.Key, rename => ExposedName.Parse(rename.Value), StringComparer.Ordinal);
        _newNames = _ownNames.ToFrozenDictionary(rename => rename.Value, rename => rename.Key);
        _descriptions = settings.Descriptions.ToFrozenDictionary(
            text => _ownNames.TryGetValue(text.Key, out var own) ? own : ExposedName.Parse(text.Key), text => text.Value);
    }

    /// <summary><c>/mcp</c>.</summary>
    public static AggregateView Everything { get; } = new();

    /// <summary>The virtual server's name; null for <c>/mcp</c>.</summary>
    public string? Name { get; }

    public string? Description { get; }

    /// <summary>Whether anything of the server is here.</summary>
    public bool Includes(string server) => _parts is null || _parts.ContainsKey(server);

    /// <summary>Whether any item of that list of the server may be here.</summary>
    public bool Includes(string server, ListKind kind) => _parts is null || (_parts.TryGetValue(server, out var part) && part.Includes(kind));

    /// <summary>Whether a tool is here, by its own name.</summary>
    public bool Shows(string server, string tool) => _parts is null || (_parts.TryGetValue(server, out var part) && part.Shows(tool));

    /// <summary>The name that a tool has here instead of its usual one; null if it has none.</summary>
    public string? NewNameOf(string server, string tool) => _newNames.Count == 0 ? null : _newNames.GetValueOrDefault(new ExposedName(server, tool));

    /// <summary>The tool that a name stands for which only exists here.</summary>
    public bool TryFindRenamed(string name, out ExposedName own) => _ownNames.TryGetValue(name, out own);

    /// <summary>The text that a tool has here instead of its own description; null if it has none.</summary>
    public string? DescriptionOf(string server, string tool) => _descriptions.Count == 0 ? null : _descriptions.GetValueOrDefault(new ExposedName(server, tool));

    /// <summary>One server's share.</summary>
    private sealed class Part
    {
        private readonly NamePattern[] _tools;
        private readonly NamePattern[] _excluded;
        private readonly bool _isWhole;
        private readonly bool _hasPrompts;
        private readonly bool _hasResources;

        public Part(string server, VirtualServerSettings settings)
        {
            _tools = PatternsOf(server, settings.Tools);
            _excluded = PatternsOf(server, settings.Exclude);
            _isWhole = settings.Servers.Contains(server, StringComparer.Ordinal);
            _hasPrompts = _isWhole || settings.Prompts.Contains(server, StringComparer.Ordinal);
            _hasResources = _isWhole || settings.Resources.Contains(server, StringComparer.Ordinal);
        }

        public bool Includes(ListKind kind) => kind.Method switch
        {
            McpMethods.ListTools => _isWhole || _tools.Length > 0,
            McpMethods.ListPrompts => _hasPrompts,
            _ => _hasResources,
        };

        public bool Shows(string tool) => (_isWhole || AnyMatches(_tools, tool)) && !AnyMatches(_excluded, tool);

        private static NamePattern[] PatternsOf(string server, IEnumerable<string> patterns) =>
            [.. patterns.Select(ToolPattern.Parse).OfType<ToolPattern>().Where(pattern => pattern.Server == server).Select(pattern => pattern.Tool)];

        private static bool AnyMatches(NamePattern[] patterns, string tool)
        {
            foreach (var pattern in patterns)
            {
                if (pattern.Matches(tool)) return true;
            }

            return false;
        }
    }
}
