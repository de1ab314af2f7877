namespace Gatehouse.App.Cli;

/// <summary>What a command has around it: where it prints, and what it may ask the process.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Environment">The value of an environment variable, or null.</param>
/// <param name="Time">The clock.</param>
internal sealed record Surroundings(TextWriter Output, TextWriter Error, Func<string, string?> Environment, TimeProvider Time)
{
    /// <summary>Whether a person looks at standard output.</summary>
    public bool IsTerminal { get; init; } = !Console.IsOutputRedirected;
}
