using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary><c>logging/setLevel</c> on aggregates: every server that logs in this session hears of it.</summary>
internal sealed class LogLevels(GatehouseSettings settings, VisibleUpstreams visible, Inquiry inquiry)
{
    public async Task SetAsync(Exchange exchange, AggregateView view, SessionBinding session)
    {
        var servers = (await visible.SettledAsync(exchange.Caller, view, exchange.Http.RequestAborted))
            .Where(server => server.Status is { State: UpstreamState.Up } status && status.Speaks(Era.Legacy))
            .Where(server => SessionFeatures.Of(server.Status, settings.McpServers[server.Name]).HasFlag(UpstreamFeatures.Logging))
            .ToList();
        if (servers.Count == 0)
        {
            await exchange.RefuseAsync(Refusal.MethodNotFound(Era.Legacy, McpMethods.SetLogLevel));
            return;
        }

        var answers = await Task.WhenAll(servers.Select(server => inquiry.AskAsync(exchange, server, session)));
        if (answers.Any(answer => answer is not null)) await exchange.ResultAsync(_ => { });
        else await exchange.RefuseAsync(new Refusal(StatusCodes.Status200OK, JsonRpcCode.InvalidParams, "No server takes this level"));
    }
}
