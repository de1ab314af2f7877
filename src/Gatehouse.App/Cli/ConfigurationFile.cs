using System.CommandLine;
using Gatehouse.Core.Configuration;

namespace Gatehouse.App.Cli;

/// <summary>The configuration file of a command: read from the disk, and its faults told.</summary>
/// <param name="Settings">What it says.</param>
/// <param name="BaseDirectory">The folder it lies in, where its relative paths start.</param>
internal sealed record ConfigurationFile(GatehouseSettings Settings, string BaseDirectory)
{
    /// <summary>Names the file where the command line does not.</summary>
    public const string Variable = "GATEHOUSE_CONFIG";

    private const string DefaultName = "gatehouse.json";
    private const string Description = $"The configuration file. Default: the one that ${Variable} names, else {DefaultName}.";

    public static Argument<string?> Argument()
    {
        var file = new Argument<string?>("FILE") { Description = Description, Arity = ArgumentArity.ZeroOrOne };
        file.Validators.Add(result =>
        {
            // The parser takes an option it does not know for an argument.
            if (result.Tokens is [{ Value: ['-', ..] option }]) result.AddError($"'{option}' is no option of this command.");
        });
        return file;
    }

    public static Option<string?> Option() => new("--config") { Description = Description, HelpName = "FILE" };

    /// <summary>Reads it, and prints every fault and warning.</summary>
    /// <returns>The configuration, or how the command ends.</returns>
    public static (ConfigurationFile? File, int ExitCode) Load(string? path, Surroundings surroundings)
    {
        path ??= surroundings.Environment(Variable) ?? DefaultName;
        var (content, why) = Read(path);
        if (content is null)
        {
            surroundings.Error.WriteLine($"gatehouse: {path} {why}");
            return (null, ExitCode.NoInput);
        }

        var baseDirectory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var result = ConfigurationReader.Read(new ConfigurationInput(path, content, baseDirectory, surroundings.Environment, TryReadText));
        foreach (var warning in result.Warnings) surroundings.Error.WriteLine($"warning: {warning}");
        foreach (var fault in result.Faults) surroundings.Error.WriteLine($"error: {fault}");
        if (result.Settings is { } settings) return (new ConfigurationFile(settings, baseDirectory), ExitCode.Ok);
        surroundings.Error.WriteLine(result.Faults.Count == 1 ? "gatehouse: 1 fault in the configuration." : $"gatehouse: {result.Faults.Count} faults in the configuration.");
        return (null, ExitCode.Configuration);
    }

    private static (byte[]? Content, string? Why) Read(string path)
    {
        if (Directory.Exists(path)) return (null, "is a folder; name the configuration file in it.");
        try
        {
            return (File.ReadAllBytes(path), null);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, "does not exist. Name the configuration file, or write one: see docs/guide/getting-started.md.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {failure.Message}");
        }
    }

    private static string? TryReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // the reader says where it is referred to, and that it cannot be read
        }
    }
}
