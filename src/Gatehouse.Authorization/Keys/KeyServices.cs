using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenIddict.Server;

namespace Gatehouse.Authorization.Keys;

internal static class KeyServices
{
    /// <summary>Signing keys that are kept, shared between processes and renewed.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddOpenIddict().AddServer(server => server.AddEventHandler(SignWithCurrentKey.Descriptor));
        return services
            .AddSingleton<SigningKeyFormat>()
            .AddSingleton<SigningKeyRing>()
            .AddSingleton<SigningKeyOptions>()
            .AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(provider => provider.GetRequiredService<SigningKeyOptions>())
            .AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(provider => provider.GetRequiredService<SigningKeyOptions>())
            .AddHostedService<SigningKeyRenewal>();
    }
}
