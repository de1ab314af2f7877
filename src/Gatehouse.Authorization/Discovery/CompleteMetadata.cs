using Gatehouse.Core.Configuration;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gatehouse.Authorization.Discovery;

/// <summary>Adds what OpenIddict cannot know: our registration endpoint, and that clients need no secret (some refuse to start unless "none" is listed).</summary>
internal sealed class CompleteMetadata(PublicEndpoints endpoints) : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<HandleConfigurationRequestContext>()
        .UseSingletonHandler<CompleteMetadata>()
        .SetOrder(OpenIddictServerHandlers.Discovery.AttachAdditionalMetadata.Descriptor.Order + 500)
        .Build();

    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        context.Metadata["registration_endpoint"] = $"{endpoints.Issuer}/register";
        context.TokenEndpointAuthenticationMethods.Clear();
        context.TokenEndpointAuthenticationMethods.UnionWith(
        [
            OpenIddictConstants.ClientAuthenticationMethods.None,
            OpenIddictConstants.ClientAuthenticationMethods.ClientSecretPost,
            OpenIddictConstants.ClientAuthenticationMethods.ClientSecretBasic,
        ]);
        context.RevocationEndpointAuthenticationMethods.Clear();
        context.RevocationEndpointAuthenticationMethods.UnionWith(context.TokenEndpointAuthenticationMethods);
        return ValueTask.CompletedTask;
    }
}
