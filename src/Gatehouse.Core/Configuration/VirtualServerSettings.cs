using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>A named part of what the servers offer, with an endpoint of its own. What nothing here names is not there.</summary>
public sealed record VirtualServerSettings
{
    [Description("What it is for; the first words of the instructions that clients read.")]
    public string? Description { get; init; }

    [Description("Servers that take part whole: their tools, prompts and resources.")]
    public IReadOnlyList<string> Servers { get; init; } = [];

    [Description("Tools of other servers, as SERVER__TOOL. In TOOL, * stands for any run of characters.")]
    public IReadOnlyList<string> Tools { get; init; } = [];

    [Description("Other servers whose prompts take part.")]
    public IReadOnlyList<string> Prompts { get; init; } = [];

    [Description("Other servers whose resources take part.")]
    public IReadOnlyList<string> Resources { get; init; } = [];

    [Description("Tools that are left out again, as SERVER__TOOL with * as above.")]
    public IReadOnlyList<string> Exclude { get; init; } = [];

    [Description("Tools under other names: the name that clients see, and SERVER__TOOL that it stands for.")]
    public IReadOnlyDictionary<string, string> Rename { get; init; } = new Dictionary<string, string>();

    [Description("Descriptions in place of the servers' own: a name from rename, or SERVER__TOOL, and the text.")]
    public IReadOnlyDictionary<string, string> Descriptions { get; init; } = new Dictionary<string, string>();

    [Description("Only members of at least one of these groups reach the endpoint; those of its servers count as well. Empty: everybody who may sign in.")]
    public IReadOnlyList<string> RequiredGroups { get; init; } = [];

    /// <summary>Every server that some setting here names, once each. What is no SERVER__TOOL names none.</summary>
    public IEnumerable<string> NamedServers => Servers.Concat(Prompts).Concat(Resources)
        .Concat(Tools.Select(ToolPattern.Parse).OfType<ToolPattern>().Select(pattern => pattern.Server))
        .Distinct(StringComparer.Ordinal);

    /// <summary>Whether a tool takes part, by the names that its server gives itself and it.</summary>
    public bool Shows(string server, string tool) =>
        (Servers.Contains(server, StringComparer.Ordinal) || AnyMatches(Tools, server, tool)) && !AnyMatches(Exclude, server, tool);

    private static bool AnyMatches(IEnumerable<string> patterns, string server, string tool) =>
        patterns.Any(pattern => ToolPattern.Parse(pattern) is { } parsed && parsed.Server == server && parsed.Tool.Matches(tool));
}
