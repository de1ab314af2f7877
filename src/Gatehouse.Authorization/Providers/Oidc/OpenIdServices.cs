using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.SignIn;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gatehouse.Authorization.Providers.Oidc;

internal static class OpenIdServices
{
    public static void AddOpenIdProvider<TAccounts>(this AuthenticationBuilder authentication, OpenIdClient client, TAccounts accounts)
        where TAccounts : class, IOpenIdAccounts, ISignInRules
    {
        authentication.AddOpenIdConnect(OpenIdConnectSetup.Scheme, _ => { });
        authentication.Services
            .AddSingleton(client)
            .AddSingleton<IOpenIdAccounts>(accounts)
            .AddSingleton<ISignInRules>(accounts)
            .AddSingleton<IIdentityProvider, OpenIdProvider>()
            .AddSingleton<ProviderConnection>()
            .AddSingleton<CallbackEvents>()
            .AddSingleton<IConfigureOptions<OpenIdConnectOptions>, OpenIdConnectSetup>()
            // The framework's handler logs callback URLs with their codes, and whatever the provider says of an error. Admission has the reasons.
            .Configure<LoggerFilterOptions>(filters => filters.AddFilter(typeof(OpenIdConnectHandler).FullName, LogLevel.None));
    }

    /// <summary>The provider sends browsers here. An endpoint and no middleware, so that nothing else of the handler's is reachable.</summary>
    public static void MapOpenIdCallback(this IEndpointRouteBuilder auth) => auth.MapGet("/callback", async (HttpContext http, IAuthenticationHandlerProvider handlers) =>
    {
        var handler = (IAuthenticationRequestHandler)(await handlers.GetHandlerAsync(http, OpenIdConnectSetup.Scheme))!;
        if (!await handler.HandleRequestAsync())
            await MessagePage.Of(StatusCodes.Status404NotFound, "There is nothing here", "Go back to your application and connect again.").ExecuteAsync(http);
    });
}
