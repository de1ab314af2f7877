using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.Providers.Development;
using Gatehouse.Authorization.Providers.Google;
using Gatehouse.Authorization.Providers.Oidc;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gatehouse.Authorization.Providers;

/// <summary>Sign-in's two doors: the browser session, and the one provider that is configured.</summary>
internal static class SignInFeature
{
    public static IServiceCollection AddSignIn(this IServiceCollection services, GatehouseSettings settings)
    {
        services.TryAddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.AddPages(settings);
        var authentication = services.AddBrowserSessions(settings);
        switch (settings.Identity)
        {
            case { Provider: IdentityProvider.Google, Google: { } google }:
                authentication.AddOpenIdProvider(GoogleAccounts.Client(google), new GoogleAccounts(google));
                break;
            case { Provider: IdentityProvider.Oidc, Oidc: { } oidc }:
                authentication.AddOpenIdProvider(OidcAccounts.Client(oidc), new OidcAccounts(oidc));
                break;
            case { Provider: IdentityProvider.Development }:
                services.AddDevelopmentProvider(settings.Identity.Development ?? new DevelopmentSettings());
                break;
            default:
                throw new InvalidOperationException($"identity.{settings.Identity.Provider} has no settings; the configuration reader refuses that.");
        }

        return services;
    }

    public static IEndpointRouteBuilder MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        var auth = endpoints.MapGroup("/auth");
        auth.MapBrowserSessions();
        if (endpoints.ServiceProvider.GetRequiredService<GatehouseSettings>().Identity.Provider is IdentityProvider.Development) auth.MapDevelopmentProvider();
        else auth.MapOpenIdCallback();
        return endpoints;
    }
}
