using Gatehouse.Authorization.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenIddict.Server;

namespace Gatehouse.Authorization.Token;

internal static class TokenServices
{
    private const string TokenPath = "/oauth/token";
    private const string RevokePath = "/oauth/revoke";

    public static IServiceCollection AddTokens(this IServiceCollection services)
    {
        services.AddOpenIddict().AddServer(server =>
        {
            server.SetTokenEndpointUris(TokenPath[1..]).SetRevocationEndpointUris(RevokePath[1..]);

            // The endpoint judges resources, and narrows scopes: clients repeat scopes they were not granted when they refresh.
            server.RemoveEventHandler(OpenIddictServerHandlers.Exchange.ValidateResourceParameter.Descriptor);
            server.RemoveEventHandler(OpenIddictServerHandlers.Exchange.ValidateGrantedScopes.Descriptor);
            server.RemoveEventHandler(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor).AddEventHandler(RedeemOnce.Descriptor);
            server.AddEventHandler(WithdrawOnReplay.Descriptor).AddEventHandler(WithdrawOnRevocation.Descriptor).AddEventHandler(IssueRefreshToken.Descriptor)
                .AddEventHandler(RecordTokens.OfTokens).AddEventHandler(RecordTokens.OfRevocations);
            server.UseAspNetCore().EnableTokenEndpointPassthrough();
        });
        services.TryAddScoped<Grants>();
        return services.AddScoped<TokenEndpoint>();
    }

    public static IEndpointRouteBuilder MapTokens(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpen(HttpMethods.Post, TokenPath, (HttpContext http, TokenEndpoint endpoint, CancellationToken cancellationToken) =>
            endpoint.HandleAsync(http, cancellationToken)).WithOpenIddict();
        endpoints.MapOpen(HttpMethods.Post, RevokePath, ProtocolEndpoints.NotPassedOn).WithOpenIddict();
        return endpoints;
    }
}
