using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Gateway.Upstreams;
using static Gatehouse.Tests.Gateway.Upstreams.Talkative;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Memory;

/// <summary>A thousand programs, some at a time.</summary>
[Collection(nameof(Alone))]
public sealed class StdioCyclingTests
{
    /// <summary>A server in the shell: small, and fast to start. It answers everything with the same result.</summary>
    private const string Responder =
        """
        while read -r line; do
          id=${line#*\"id\":}
          case "$line" in
            *'"method":"server/discover"'*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}\n' "${id%%,*}" ;;
            *'"id":'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"sh","version":"1"}}}\n' "${id%%,*}" ;;
          esac
        done
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task After_a_thousand_programs_none_is_left_and_neither_is_their_memory()
    {
        var mark = Guid.NewGuid().ToString();
        var server = new ServerSettings { Command = "sh", Args = ["-c", Responder, mark], Pool = StdioPool.PerSession, MaxChildren = 10 };
        var host = await StartOneAsync(server, Cancellation);
        await CycleAsync(host, 0, 1000);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await CycleAsync(host, 1000, 2000);

        Assert.InRange(Processes.Count(mark), 1, 11);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, before * 1.1);
        await host.DisposeAsync();
        Assert.Equal(0, Processes.Count(mark));
    }

    private static Task CycleAsync(UpstreamHost host, int from, int to) => Parallel.ForEachAsync(
        Enumerable.Range(from, to - from),
        new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
        async (session, cancellationToken) => Assert.Contains("\"result\"", await host.AskAsync(From($"session-{session}", Call("1", "any")), cancellationToken), StringComparison.Ordinal));
}
