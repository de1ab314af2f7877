using Gatehouse.App.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.App;

public sealed class LineFormatterTests
{
    [Fact]
    public void An_event_is_one_line_whatever_is_in_it()
    {
        var output = new StringWriter();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        var entry = new LogEntry<string>(LogLevel.Warning, "Gatehouse.Test", default, "x", new InvalidOperationException("two\nlines"), (_, _) => "forged\n2026 \e[31m");
        new LineFormatter(time).Write(entry, null, output);
        Assert.Equal("2026-11-25T12:00:00.000Z warn  Gatehouse.Test: forged\ufffd2026 \ufffd[31m | System.InvalidOperationException: two | lines\n", output.ToString());
    }
}
