using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Policy;

/// <summary>What the configuration says of one server.</summary>
internal sealed class ServerRule(ServerSettings settings)
{
    private readonly string[] _requiredGroups = [.. settings.RequiredGroups];
    private readonly NamePattern[] _excludedTools = [.. settings.ExcludedTools.Select(pattern => new NamePattern(pattern))];

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
