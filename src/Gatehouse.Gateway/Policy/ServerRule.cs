using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Policy;

/// <summary>What the configuration says of one server, or of a virtual one, which hides nothing beside what its servers hide.</summary>
/// <param name="requiredGroups">Whoever is in one of them may come; everybody if there are none.</param>
/// <param name="excludedTools">Patterns of tools that are not there for anybody.</param>
internal sealed class ServerRule(IEnumerable<string> requiredGroups, IEnumerable<string> excludedTools)
{
    private readonly string[] _requiredGroups = [.. requiredGroups];
    private readonly NamePattern[] _excludedTools = [.. excludedTools.Select(pattern => new NamePattern(pattern))];

    /// <summary>Whether some tools are hidden, so that lists have to be gone through.</summary>
    public bool HidesTools => _excludedTools.Length > 0;

    public bool Admits(Caller caller)
    {
        if (_requiredGroups.Length == 0) return true;
        foreach (var group in _requiredGroups)
        {
            if (caller.Groups.Contains(group)) return true;
        }

        return false;
    }

    public bool Shows(string tool)
    {
        foreach (var pattern in _excludedTools)
        {
            if (pattern.Matches(tool)) return false;
        }

        return true;
    }
}
