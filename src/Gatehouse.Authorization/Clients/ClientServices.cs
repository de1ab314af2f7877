using Gatehouse.Authorization.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Server;

namespace Gatehouse.Authorization.Clients;

internal static class ClientServices
{
    public static IServiceCollection AddClients(this IServiceCollection services)
    {
        services.AddOpenIddict().AddCore(core => core.ReplaceApplicationManager(typeof(ClientManager<>)));
        services.AddOpenIddict().AddServer(server => server
            .RemoveEventHandler(OpenIddictServerHandlers.Authentication.ValidateClientRedirectUri.Descriptor)
            .AddEventHandler(ValidateRedirect.Descriptor));
        return services.AddScoped<ClientRegistry>().AddScoped<RegistrationEndpoint>();
    }

    public static IEndpointRouteBuilder MapClients(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpen(HttpMethods.Post, "/oauth/register", (HttpContext http, RegistrationEndpoint endpoint, CancellationToken cancellationToken) =>
            endpoint.HandleAsync(http, cancellationToken));
        return endpoints;
    }
}
