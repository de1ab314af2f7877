using Gatehouse.Authorization.Consent;
using Gatehouse.Authorization.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Server;

namespace Gatehouse.Authorization.Authorize;

internal static class AuthorizeServices
{
    private const string Path = "/oauth/authorize";

    public static IServiceCollection AddAuthorize(this IServiceCollection services)
    {
        services.AddAntiforgery();
        services.AddOpenIddict().AddServer(server =>
        {
            server.SetAuthorizationEndpointUris(Path[1..]);

            // ValidateResource says invalid_target, as RFC 8707 has it, where this one says invalid_request.
            server.RemoveEventHandler(OpenIddictServerHandlers.Authentication.ValidateResourceParameter.Descriptor);
            server.AddEventHandler(ValidateResource.Descriptor).AddEventHandler(RecordRefusal.Descriptor).AddEventHandler(AnswerClient.Descriptor);
            server.UseAspNetCore().EnableAuthorizationEndpointPassthrough();
        });
        return services.AddSingleton<ConsentForm>().AddScoped<AuthorizeEndpoint>();
    }

    /// <summary>Not open to pages of other origins: a browser comes here itself, with its cookies.</summary>
    public static IEndpointRouteBuilder MapAuthorize(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods(Path, [HttpMethods.Get, HttpMethods.Post], (HttpContext http, AuthorizeEndpoint endpoint, CancellationToken cancellationToken) =>
            endpoint.HandleAsync(http, cancellationToken)).WithOpenIddict();
        return endpoints;
    }
}
