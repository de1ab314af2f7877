using Gatehouse.Authorization.Clients;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Core.Audit;
using Microsoft.AspNetCore;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gatehouse.Authorization.Authorize;

/// <summary>Records authorization requests that validation refuses. What the endpoint itself answers is the user's decision, and recorded there.</summary>
internal sealed class RecordRefusal(ClientRegistry clients, ProtocolAudit audit) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ApplyAuthorizationResponseContext>()
        .UseScopedHandler<RecordRefusal>()
        .SetOrder(int.MinValue + 50_000)
        .Build();

    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (context.Response.Error is not { Length: > 0 } error) return;
        if (context.Transaction.GetProperty<ValidateAuthorizationRequestContext>(typeof(ValidateAuthorizationRequestContext).FullName!) is { IsRejected: false }) return;
        var clientId = context.Request?.ClientId;
        var name = await clients.NameOfAsync(clientId, context.CancellationToken);
        await audit.RecordAsync(
            new ProtocolEvent(AuditAction.Consent, context.Transaction.GetHttpRequest()?.HttpContext.TraceIdentifier, $"{error}: {context.Response.ErrorDescription}")
            {
                ClientId = clientId,
                ClientName = name,
                Target = context.Request?.RedirectUri,
            },
            context.CancellationToken);
    }
}
