using System.CommandLine;
using System.Globalization;
using Gatehouse.Bench;
using Gatehouse.Bench.Contenders;
using Gatehouse.Bench.Upstream;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
using var stopping = new Stopping();
return args switch
{
    // The parts of a measurement are this same program, each in a process of its own.
    [UpstreamServer.Verb, var port] => await UpstreamServer.RunAsync(port, stopping.Token),
    [YarpServer.Verb, var port, var upstream] => await YarpServer.RunAsync(port, upstream, tuned: false, stopping.Token),
    [YarpServer.TunedVerb, var port, var upstream] => await YarpServer.RunAsync(port, upstream, tuned: true, stopping.Token),
    _ => await BenchCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stopping.Token),
};
