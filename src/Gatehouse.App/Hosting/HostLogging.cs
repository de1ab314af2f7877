using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gatehouse.App.Hosting;

/// <summary>Logs for operators, on standard output: what Gatehouse says, and what the libraries warn of.</summary>
internal static class HostLogging
{
    public static void AddLineLogging(this ILoggingBuilder logging)
    {
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging
            .AddConsole(console => console.FormatterName = LineFormatter.FormatterName)
            .AddConsoleFormatter<LineFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>()
            .SetMinimumLevel(LogLevel.Warning)

            // It writes nothing at this level, and yet makes an activity and a scope for each request as long as it might.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddFilter("Gatehouse", LogLevel.Information);
    }
}
