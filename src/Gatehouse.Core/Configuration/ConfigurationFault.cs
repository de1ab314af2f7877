namespace Gatehouse.Core.Configuration;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Origin">Where it was written: <c>FILE:LINE</c>, or an environment variable.</param>
/// <param name="Path">The key path, e.g. <c>mcpServers.wiki.timeout</c>; empty for the whole.</param>
/// <param name="Message">What is wrong, and what would be right. Never holds a value that may be secret.</param>
public sealed record ConfigurationFault(string Origin, string Path, string Message)
{
    public override string ToString() => Path.Length == 0 ? $"{Origin}: {Message}" : $"{Origin}: {Path}: {Message}";
}
