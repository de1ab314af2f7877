using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>"No secret is logged" proves nothing unless the collector sees all that could hold one.</summary>
public sealed partial class CollectedLogsTests
{
    [Fact]
    public void Messages_values_scopes_and_exceptions_are_all_seen()
    {
        using var logs = new CollectedLogs();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        var logger = factory.CreateLogger("test");
        using (logger.BeginScope("in the scope"))
        {
            Entry(logger, new InvalidOperationException("outer", new FormatException("in the inner exception")), "in a value");
        }

        var entry = Assert.Single(logs.Entries);
        Assert.Contains("in the scope", entry, StringComparison.Ordinal);
        Assert.Contains("in a value", entry, StringComparison.Ordinal);
        Assert.Contains("in the inner exception", entry, StringComparison.Ordinal);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An entry with {Value}")]
    private static partial void Entry(ILogger logger, Exception exception, string value);
}
