using Gatehouse.Authorization.Protocol;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Authentication;

namespace Gatehouse.Authorization.Authorize;

/// <summary>Refuses to issue a code for anything but one of our own endpoints (RFC 8707).</summary>
internal sealed class ValidateResource(ProtectedResources resources) : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ValidateAuthorizationRequestContext>()
        .UseSingletonHandler<ValidateResource>()
        .SetOrder(ValidateResources.Descriptor.Order)
        .Build();

    public ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        if (resources.FindOne(context.Request.GetResources()) is null)
            context.Reject(OpenIddictConstants.Errors.InvalidTarget, "The resource is not one MCP endpoint of this gateway.");
        return ValueTask.CompletedTask;
    }
}
