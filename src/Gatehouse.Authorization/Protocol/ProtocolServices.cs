using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace Gatehouse.Authorization.Protocol;

internal static class ProtocolServices
{
    /// <summary>Codes are carried from the browser to the client at once: a minute is long.</summary>
    private static readonly TimeSpan _codeLifetime = TimeSpan.FromMinutes(1);

    /// <summary>OpenIddict as every feature needs it; each one adds its endpoints and handlers itself.</summary>
    public static IServiceCollection AddProtocol(this IServiceCollection services, GatehouseSettings settings)
    {
        services.AddOpenIddict().AddServer(server =>
        {
            server.SetIssuer(new Uri(new PublicEndpoints(settings.PublicUrl).Issuer));
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowRefreshTokenFlow();
            server.SetAuthorizationCodeLifetime(_codeLifetime)
                .SetAccessTokenLifetime(settings.Tokens.AccessTokenLifetime)
                .SetRefreshTokenLifetime(settings.Tokens.RefreshTokenLifetime)
                .SetRefreshTokenReuseLeeway(TimeSpan.Zero);
            server.RegisterScopes(GatehouseScopes.Mcp);

            // Scopes that we do not know are ignored, resources are checked against our own endpoints, and what a client may
            // do is the same for all: clients ask for openid, profile and the like without meaning it.
            server.DisableScopeValidation().DisableResourceValidation();
            server.IgnoreScopePermissions().IgnoreResourcePermissions().IgnoreGrantTypePermissions();
            server.DisableAccessTokenEncryption().UseDataProtection().PreferDefaultAccessTokenFormat();
            server.UseAspNetCore().DisableTransportSecurityRequirement().EnableErrorPassthrough();
            server.Configure(options =>
            {
                options.CodeChallengeMethods.Remove(OpenIddictConstants.CodeChallengeMethods.Plain);
                options.ResponseModes.RemoveWhere(static mode => mode != OpenIddictConstants.ResponseModes.Query);
                options.Scopes.Remove(OpenIddictConstants.Scopes.OpenId);
            });
        });

        // It writes codes into its log at the level Information.
        services.Configure<LoggerFilterOptions>(filters => filters.Rules.Add(new LoggerFilterRule(null, "OpenIddict", LogLevel.Warning, null)));
        services.AddCors();
        return services
            .AddScoped<EndpointScheme>()
            .PostConfigure<AuthenticationOptions>(options => options.SchemeMap[OpenIddictServerAspNetCoreDefaults.AuthenticationScheme].HandlerType = typeof(EndpointScheme))
            .AddSingleton(new PublicEndpoints(settings.PublicUrl))
            .AddSingleton<ProtectedResources>()
            .AddSingleton<ProtocolAudit>()
            .AddHostedService<Housekeeping>();
    }
}
