using System.Globalization;

namespace Gatehouse.Tests.Parts;

public sealed class NodeProgramTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task The_node_of_the_tests_is_22_whatever_the_machine_has()
    {
        await using var program = await StartAsync("console.log(process.version)");
        Assert.StartsWith("v22.", await program.LineAsync(_ => true, Cancellation), StringComparison.Ordinal);
        Assert.Equal(0, await program.ExitAsync(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_program_has_started_ends_with_it()
    {
        int child;
        await using (var program = await StartAsync("""
            const child = require("node:child_process").spawn("sleep", ["600"], { stdio: "inherit" });
            console.log(child.pid);
            """))
        {
            child = int.Parse(await program.LineAsync(_ => true, Cancellation), CultureInfo.InvariantCulture);
            Assert.True(IsAlive(child));
        }

        while (IsAlive(child))
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_ends_too_early_shows_what_it_said()
    {
        await using var program = await StartAsync("console.error('no licence'); process.exit(3)");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => program.LineAsync(line => line is "ready", Cancellation));
        Assert.Equal(3, await program.ExitAsync(Cancellation));
        Assert.Contains("no licence", program.Output, StringComparison.Ordinal);
        Assert.Contains("without the awaited line", failure.Message, StringComparison.Ordinal);
    }

    private static Task<NodeProgram> StartAsync(string code) => NodeProgram.StartAsync(".", "-e", [code], new Dictionary<string, string>(), Cancellation);

    /// <summary>A killed process may stay in the table until its new parent has looked: that one is dead.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[1][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false; // Not in the table any more.
        }
    }
}
