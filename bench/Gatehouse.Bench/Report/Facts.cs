using System.Runtime;
using System.Runtime.InteropServices;
using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Upstream;

namespace Gatehouse.Bench.Report;

/// <summary>What one must know to judge the numbers, and to run them again.</summary>
internal static class Facts
{
    public static string Of(BenchOptions options) =>
        $"""
        {Environment.ProcessorCount} cores, shared by the load, the proxy, the upstream and the database; {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}.
        YARP {YarpServer.Version} with default settings ({(GCSettings.IsServerGC ? "server" : "workstation")} GC, as the web SDK sets it; log level Warning).
        Gatehouse as `gatehouse run` starts it, authentication on, audit to {options.Database}.
        The call: `tools/call` of revision {UpstreamAnswers.ModernVersion} with 1 KiB of arguments and a 1 KiB answer, in a closed loop over HTTP/1.1 without TLS.
        {options.Rounds} interleaved rounds of {options.RoundLength.TotalSeconds:0.#} s after {options.WarmUp.TotalSeconds:0.#} s of warm-up; {options.Starts} starts. Each cell: the median · **its ratio to YARP in the same round, median** (and range).
        CPU is user and system time of the process and its children. After the last round, every call of one more round was found in the audit trail.

        """;
}
