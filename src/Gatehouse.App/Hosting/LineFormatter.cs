using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Gatehouse.App.Hosting;

/// <summary>One line for each event, whatever is in it: a line that a stranger could begin would be a forged one.</summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <summary>The host logs why it could not start, and throws it as well to the command, which says it in a line.</summary>
    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int StartFailed = 11;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (logEntry is { Category: Host, EventId.Id: StartFailed }) return;
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        textWriter.Write(LevelOf(logEntry.LogLevel));
        textWriter.Write(logEntry.Category);
        textWriter.Write(": ");
        textWriter.Write(TerminalText.Clean(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(" | ");
            textWriter.Write(TerminalText.Clean(exception.ToString().ReplaceLineEndings(" | ")));
        }

        textWriter.Write('\n');
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Critical => " crit  ",
        LogLevel.Error => " error ",
        LogLevel.Warning => " warn  ",
        LogLevel.Information => " info  ",
        _ => " debug ",
    };
}
