using System.Diagnostics;
using Gatehouse.Bench.Measuring;

namespace Gatehouse.Tests.Bench;

public sealed class ProcessTreeTests
{
    [Fact]
    public async Task A_childs_work_counts_for_its_parent_while_it_lives_and_when_it_is_gone()
    {
        // The inner shell works, says so, and ends when it is told to; the outer one only waits.
        const string Busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read line";
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"sh -c '{Busy}'; echo gone; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("done", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        var living = ProcessTree.Cpu(process.Id);
        Assert.True(living >= TimeSpan.FromMilliseconds(20), $"only {living} for a loop of 200000 turns");
        Assert.True(ProcessTree.ResidentBytes(process.Id) > 0);

        await process.StandardInput.WriteLineAsync();
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal("gone", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.True(ProcessTree.Cpu(process.Id) >= living);

        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
