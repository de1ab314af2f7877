using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>How the servers look as one, on /mcp and on virtual servers.</summary>
public sealed record AggregateSettings
{
    /// <summary>Below this, the longest server name leaves no room to read anything of a tool's.</summary>
    internal const int ShortestName = 48;

    /// <summary>What MCP itself recommends as the most.</summary>
    internal const int LongestName = 128;

    [Description("The longest name of a tool or prompt there, server and __ included; a longer one is cut and gets a hash. 48 to 128; many clients take no more than 64.")]
    public int MaxNameLength { get; init; } = 64;
}
