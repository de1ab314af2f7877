using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Authorization.SignIn;

/// <summary>The browser's session, for whichever provider.</summary>
internal static class SignInServices
{
    public static AuthenticationBuilder AddBrowserSessions(this IServiceCollection services, GatehouseSettings settings)
    {
        services
            .AddSingleton<IBrowserSession, BrowserSession>()
            .AddSingleton<Admission>();
        return services.AddAuthentication().AddCookie(SessionCookie.Scheme, options => SessionCookie.Configure(options, settings));
    }

    public static void MapBrowserSessions(this IEndpointRouteBuilder auth) =>
        auth.MapGet("/again", (string? returnPath, IIdentityProvider provider) => new SignInStart(provider, returnPath, otherAccount: true));
}
