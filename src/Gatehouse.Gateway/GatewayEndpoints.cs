using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream;
using Gatehouse.Gateway.Downstream.Aggregate;
using Gatehouse.Gateway.Downstream.Authentication;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Downstream.Limits;
using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Downstream.Streams;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gatehouse.Gateway;

/// <summary>The gateway's two doors: what it adds to the services, and where it listens.</summary>
public static class GatewayEndpoints
{
    private const string BrowserPolicy = "Gatehouse.Gateway";

    public static IServiceCollection AddGateway(this IServiceCollection services, GatehouseSettings settings)
    {
        services.TryAddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new PublicEndpoints(settings.PublicUrl));
        var origins = new Origins(new PublicEndpoints(settings.PublicUrl));
        return services
            .AddCors(cors => cors.AddPolicy(BrowserPolicy, browser => browser
                .SetIsOriginAllowed(origins.Allows)
                .WithMethods("GET", "POST", "DELETE")
                .AllowAnyHeader()
                .WithExposedHeaders("WWW-Authenticate", SessionHeader.Name, ModernRules.VersionHeader)))
            .AddUpstreams(settings)
            .AddSingleton(origins)
            .AddSingleton<EventLogs>()
            .AddSingleton<SessionReach>()
            .AddSingleton<SessionStreams>()
            .AddSingleton<ISessionMessages>(provider => provider.GetRequiredService<SessionStreams>())
            .AddSingleton<ISessionRequests>(provider => provider.GetRequiredService<SessionStreams>())
            .AddSingleton<AnswerStreams>()
            .AddSingleton<SessionListening>()
            .AddSingleton<SessionEnds>()
            .AddSingleton<ClientMessages>()
            .AddSingleton<ServerRequestIds>()
            .AddSingleton<AccessPolicy>()
            .AddSingleton<AggregateViews>()
            .AddSingleton<ResourceIndex>()
            .AddSingleton<NameIndex>()
            .AddSingleton<TokenKeys>()
            .AddSingleton<AccessTokens>()
            .AddSingleton<Challenge>()
            .AddSingleton<SessionIds>()
            .AddSingleton<InFlightRequests>()
            .AddSingleton<Recorder>()
            .AddSingleton<Allowances>()
            .AddSingleton<Relay>()
            .AddSingleton<Forwarder>()
            .AddSingleton<VisibleUpstreams>()
            .AddSingleton<ListCollector>()
            .AddSingleton<ListRefresher>()
            .AddHostedService(provider => provider.GetRequiredService<ListRefresher>())
            .AddSingleton<ListCache>()
            .AddSingleton<ParameterHeaders>()
            .AddSingleton<MergedSnapshots>()
            .AddSingleton<NamedRoutes>()
            .AddSingleton<MergedLists>()
            .AddSingleton<Inquiry>()
            .AddSingleton<Resources>()
            .AddSingleton<TaskIds>()
            .AddSingleton<AggregateTasks>()
            .AddSingleton<ListenParts>()
            .AddSingleton<MergedListen>()
            .AddSingleton<LogLevels>()
            .AddSingleton<AggregateHandler>()
            .AddSingleton<SingleServerHandler>()
            .AddSingleton<McpEndpoint>();
    }

    /// <summary>Whether a path is the gateway's: it authenticates its requests itself.</summary>
    public static bool Serves(PathString path) => path.StartsWithSegments("/mcp");

    /// <summary>Maps <c>/mcp</c> and <c>/mcp/{server}</c>, where the server may be a virtual one. The application must use CORS after routing.</summary>
    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder endpoints)
    {
        var mcp = endpoints.ServiceProvider.GetRequiredService<McpEndpoint>();
        endpoints.Map("/mcp", http => mcp.HandleAsync(http, null)).RequireCors(BrowserPolicy);
        endpoints.Map("/mcp/{server}", http => mcp.HandleAsync(http, (string)http.GetRouteValue("server")!)).RequireCors(BrowserPolicy);
        return endpoints;
    }
}
