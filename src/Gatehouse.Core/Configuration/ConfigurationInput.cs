namespace Gatehouse.Core.Configuration;

/// <summary>Everything that a configuration is made from. The caller does the reading; nothing here touches a disk.</summary>
/// <param name="FileName">The file's name as the operator wrote it, for messages.</param>
/// <param name="Content">The file's bytes (JSON with comments and trailing commas).</param>
/// <param name="BaseDirectory">The folder that relative paths start from; absolute.</param>
/// <param name="Environment">The value of an environment variable, or null.</param>
/// <param name="ReadFile">The content of a file named by an absolute path, or null if it cannot be read.</param>
public sealed record ConfigurationInput(
    string FileName,
    ReadOnlyMemory<byte> Content,
    string BaseDirectory,
    Func<string, string?> Environment,
    Func<string, string?> ReadFile);
