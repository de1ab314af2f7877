using System.Globalization;
using System.Text.RegularExpressions;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Tests.Parts;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Programs that do it wrong: nobody but their own callers notices.</summary>
public sealed partial class StdioTroubleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("garbage", "after garbage")]
    [InlineData("huge", "after a huge line")]
    [InlineData("half-pair", "after half a pair")]
    [InlineData("twice", "first")]
    [InlineData("foreign", "yours")]
    public async Task Noise_on_stdout_is_ignored_and_the_channel_goes_on(string tool, string expected)
    {
        await using var host = await MisbehavingAsync(tool);
        Assert.Contains(expected, await host.AskAsync(Legacy(Call("1", tool)), Cancellation), StringComparison.Ordinal);
        Assert.Contains("fine", await host.AskAsync(Legacy(Call("2", "fine")), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_is_logged_under_the_servers_name()
    {
        await using var host = await MisbehavingAsync("garbage");
        await host.AskAsync(Legacy(Call("1", "garbage")), Cancellation);
        Assert.Contains(host.Log.Lines, line => line.StartsWith("one wrote something on stdout", StringComparison.Ordinal) && line.Contains("Server ready!", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answers_own_spelling_is_kept()
    {
        await using var host = await MisbehavingAsync("crlf");
        Assert.Equal("""{ "jsonrpc" : "2.0",  "id" : "a", "result" : { "n" : 1.0e2 } }""", await host.AskAsync(Legacy(Call("\"a\"", "crlf")), Cancellation));
    }

    [Fact]
    public async Task A_servers_own_requests_are_answered_by_the_gateway()
    {
        await using var host = await MisbehavingAsync("ask");
        var answer = (await host.AskAsync(Legacy(Call("1", "ask")), Cancellation)).Replace("\\", "", StringComparison.Ordinal);
        Assert.Contains("""{"id":"p","result":{}}""", answer, StringComparison.Ordinal);
        Assert.Contains("""{"id":7,"error":{"code":-32601""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_fails_all_that_wait_and_the_program_is_started_again()
    {
        await using var host = await MisbehavingAsync("crash");
        var waiting = host.One.SendAsync(Legacy(Call("1", "never")), Cancellation);
        var crashing = host.One.SendAsync(Legacy(Call("2", "crash"), "other"), Cancellation);

        foreach (var call in new[] { waiting, crashing })
        {
            var failed = Assert.IsType<UpstreamResult.Failed>(await call);
            Assert.Equal(UpstreamFailure.Unreachable, failed.Failure);
            Assert.Contains("exited with code 4", failed.Reason, StringComparison.Ordinal);
        }

        await host.UntilAsync(status => status.State == UpstreamState.Up && IsAlive(host), Cancellation);
        Assert.Contains("fine", await host.AskAsync(Legacy(Call("3", "fine")), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_loop_can_be_seen_by_all_and_its_last_words_by_the_operator()
    {
        await using var host = await StartOneAsync(new ServerSettings { Command = "sh", Args = ["-c", "echo the key is sesame >&2; exit 3"] }, Cancellation);
        var status = await host.UntilAsync(status => status.Reason?.StartsWith("crash loop", StringComparison.Ordinal) == true, Cancellation);
        Assert.Equal(UpstreamState.Down, status.State);
        Assert.StartsWith("crash loop: its program exited with code 3, 5 times in a row; next try in", status.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", status.Reason, StringComparison.Ordinal);
        Assert.EndsWith("; its last words: the key is sesame", host.Registry.Current.Single().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_never_answers_is_down_and_says_why()
    {
        var silent = await FixtureServer.MisbehavingAsync("silence", Cancellation) with { Timeout = 1 };
        await using var host = await StartOneAsync(silent, Cancellation);
        Assert.Equal(UpstreamState.Down, host.One.Status.State);
        Assert.Contains("did not answer initialize within 1 s", host.One.Status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gets_its_own_environment_and_nothing_else_of_the_gateways()
    {
        Environment.SetEnvironmentVariable("GATEHOUSE_TEST_SECRET", "must-not-leak");
        var server = await FixtureServer.MisbehavingAsync("environment", Cancellation) with { Env = new Dictionary<string, string> { ["TOKEN"] = "its-own" } };
        await using var host = await StartOneAsync(server, Cancellation);

        var answer = await host.AskAsync(Legacy(Call("1", "environment")), Cancellation);

        Assert.Contains("its-own", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("must-not-leak", answer, StringComparison.Ordinal);
        string[] allowed = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "TOKEN"];
        Assert.All(Variable().Matches(answer).Select(match => match.Groups[1].Value), name => Assert.Contains(name, allowed));
    }

    [Fact]
    public async Task A_programs_own_children_end_with_it_when_the_gateway_stops_and_when_it_crashes()
    {
        var host = await MisbehavingAsync("grandchild");
        var first = await GrandchildAsync(host);
        await host.One.SendAsync(Legacy(Call("2", "crash")), Cancellation);
        await Processes.EndedAsync(first, Cancellation);

        await host.UntilAsync(status => status.State == UpstreamState.Up && IsAlive(host), Cancellation);
        var second = await GrandchildAsync(host);
        await host.DisposeAsync();
        await Processes.EndedAsync(second, Cancellation);
    }

    [Fact]
    public async Task What_a_program_says_on_stderr_is_logged_under_the_servers_name_and_cut()
    {
        var script = "printf 'plain\\033[31m words\\n' >&2; head -c 100000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2; exec cat >/dev/null";
        await using var host = await StartAsync(Cancellation, ("one", new ServerSettings { Command = "sh", Args = ["-c", script], Timeout = 1 }));
        await host.One.SettledAsync(Cancellation);
        Assert.Contains("one says: plain?[31m words", host.Log.Lines);
        Assert.Contains("one says: last", host.Log.Lines);
        Assert.All(host.Log.Lines, line => Assert.True(line.Length < 5000));
    }

    [Fact]
    public async Task A_program_that_does_not_exist_in_its_path_or_folder_is_named()
    {
        await using var host = await StartOneAsync(new ServerSettings { Command = "no-such-program" }, Cancellation);
        Assert.Contains("no-such-program was not found", host.One.Status.Reason, StringComparison.Ordinal);
        await using var lost = await StartOneAsync(new ServerSettings { Command = "sh", Cwd = "/no/such/folder" }, Cancellation);
        Assert.Contains("/no/such/folder does not exist", lost.One.Status.Reason, StringComparison.Ordinal);
    }

    private static async Task<UpstreamHost> MisbehavingAsync(string way) => await StartOneAsync(await FixtureServer.MisbehavingAsync(way, Cancellation), Cancellation);

    /// <summary>The report of the new start has come, not only the old one's.</summary>
    private static bool IsAlive(UpstreamHost host) => host.Log.Lines.Count(line => line.StartsWith("one is up", StringComparison.Ordinal)) == 2;

    private static async Task<int> GrandchildAsync(UpstreamHost host)
    {
        var answer = await host.AskAsync(Legacy(Call("1", "grandchild")), Cancellation);
        return int.Parse(Number().Match(answer).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("\\\\\"([A-Za-z_]+)\\\\\":")]
    private static partial Regex Variable();

    [GeneratedRegex("text\":\"([0-9]+)\"")]
    private static partial Regex Number();
}
