using System.CommandLine;
using System.CommandLine.Invocation;
using Gatehouse.Storage;

namespace Gatehouse.App.Cli;

/// <summary>The command line as a whole: its commands, and the one place where what went wrong becomes a line and an exit code.</summary>
internal static class CommandLine
{
    public static RootCommand Root(Surroundings surroundings) => new RootCommand("Gatehouse: one URL for many MCP servers, with sign-in and an audit trail.")
    {
        RunCommand.Create(surroundings),
        CheckCommand.Create(surroundings),
        SchemaCommand.Create(surroundings),
        AuditCommand.Create(surroundings),
    }.WithExamples("gatehouse run", "gatehouse check gatehouse.json", "gatehouse audit tail");

    public static async Task<int> RunAsync(string[] args, Surroundings surroundings)
    {
        var invocation = new InvocationConfiguration
        {
            Output = surroundings.Output,
            Error = surroundings.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            // No response files: an argument that begins with @ is that argument.
            var parsed = Root(surroundings).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Action is ParseErrorAction mistake) return await TellAsync(parsed, mistake, invocation, args.Length == 0);
            return await parsed.InvokeAsync(invocation, CancellationToken.None);
        }
        catch (StorageException failure)
        {
            await surroundings.Error.WriteLineAsync($"gatehouse: {failure.Message}");
            return ExitCode.Unavailable;
        }
#pragma warning disable CA1031 // the edge: whatever gets here is a mistake of ours, and whoever reports it needs all of it
        catch (Exception bug)
#pragma warning restore CA1031
        {
            await surroundings.Error.WriteLineAsync($"gatehouse: this is a mistake in Gatehouse, please report it: {bug}");
            return ExitCode.Software;
        }
    }

    private static async Task<int> TellAsync(ParseResult parsed, ParseErrorAction mistake, InvocationConfiguration invocation, bool showHelp)
    {
        mistake.ShowHelp = showHelp;
        await parsed.InvokeAsync(invocation, CancellationToken.None);
        return ExitCode.Usage;
    }
}
