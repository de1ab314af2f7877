using System.Runtime.CompilerServices;
using Gatehouse.App.Cli;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Tests.App;

public sealed class ServerProgressTests
{
    [Fact]
    public async Task Each_change_is_a_line_and_nothing_is_told_twice()
    {
        var output = new StringWriter();
        await new ServerProgress(output, ["wiki", "files"]).FollowAsync(
            new Reports(
                new("wiki", "http", "starting", null),
                new("wiki", "http", "up", "Wiki Server 1.2"),
                new("wiki", "http", "up", "Wiki Server 1.2"),
                new("files", "stdio", "down", "npx is not on PATH\e[2J")),
            TestContext.Current.CancellationToken);
        Assert.Equal(
            ["  wiki   starting", "  wiki   up        Wiki Server 1.2", "  files  down      npx is not on PATH\ufffd[2J"],
            output.ToString().TrimEnd().Split(Environment.NewLine));
    }

    [Fact]
    public async Task It_ends_when_the_program_does()
    {
        using var stopping = new CancellationTokenSource();
        var following = new ServerProgress(TextWriter.Null, []).FollowAsync(new Reports(), stopping.Token);
        await stopping.CancelAsync();
        await following;
    }

    private sealed class Reports(params UpstreamReport[] changes) : IUpstreamReports
    {
        public IReadOnlyList<UpstreamReport> Current => [];

        public async IAsyncEnumerable<UpstreamReport> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var change in changes) yield return change;
            if (changes.Length == 0) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
