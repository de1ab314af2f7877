using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Authorization.Protocol;

/// <summary>The one group that all endpoints of the protocol are in, so that none can forget what holds for all.</summary>
internal static class ProtocolEndpoints
{
    public static RouteGroupBuilder MapProtocol(this IEndpointRouteBuilder endpoints) => endpoints.MapGroup("")
        .AddEndpointFilter(ProtocolFilters.PinAddressAsync)
        .AddEndpointFilter(ProtocolFilters.RefuseBadBodiesAsync);

    /// <summary>An endpoint that pages of any origin may call.</summary>
    public static RouteHandlerBuilder MapOpen(this IEndpointRouteBuilder endpoints, string method, string pattern, Delegate handler) => endpoints
        .MapMethods(pattern, [method, HttpMethods.Options], handler)
        .AddEndpointFilter(ProtocolFilters.OpenToPagesAsync);

    /// <summary>An endpoint that OpenIddict answers, or passes on to the handler.</summary>
    public static RouteHandlerBuilder WithOpenIddict(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(ProtocolFilters.AskOpenIddictAsync);

    /// <summary>What stands behind an endpoint that OpenIddict answers entirely.</summary>
    public static IResult NotPassedOn() => Results.NotFound();
}
