using System.Runtime;
using System.Runtime.InteropServices;
using Gatehouse.Bench.Contenders;

namespace Gatehouse.Bench.Report;

/// <summary>What one must know to judge the numbers, and to run them again.</summary>
internal static class Facts
{
    public static async Task<string> OfAsync(BenchOptions options, CancellationToken cancellationToken) =>
        $"""
        {Environment.ProcessorCount} cores, shared by the load, the proxy, the upstream and the database; {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}.
        YARP {YarpServer.Version} with default settings ({(GCSettings.IsServerGC ? "server" : "workstation")} GC, as the web SDK sets it; log level Warning); tuned: inline scheduling and completions, no logging, no trace headers.{(NginxServer.Program is { } nginx ? $" nginx {await NginxServer.VersionAsync(nginx, cancellationToken)}, connections kept alive, no access log." : "")}
        Gatehouse as published, authentication on, audit to {options.Database}.
        The call: 1 KiB of arguments and a 1 KiB answer, over HTTP/1.1 without TLS; revision 2026-07-28 unless the table says legacy (2025-11-25).
        {options.Rounds} interleaved rounds of {options.RoundLength.TotalSeconds:0.#} s after {options.WarmUp.TotalSeconds:0.#} s of warm-up; {options.Starts} starts. Each cell: the median · **its ratio to YARP in the same round, median** (and range).
        CPU is user and system time of the process and its children. After the last round, every call of one more round was found in the audit trail.

        """;
}
