using Gatehouse.Authorization.Clients;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Core.Audit;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gatehouse.Authorization.Token;

/// <summary>Records every answer of the token and revocation endpoints before it goes out, with the error that the client is told.</summary>
internal sealed class RecordTokens(ClientRegistry clients, ProtocolAudit audit)
    : IOpenIddictServerHandler<ApplyTokenResponseContext>, IOpenIddictServerHandler<ApplyRevocationResponseContext>
{
    public static OpenIddictServerHandlerDescriptor OfTokens { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ApplyTokenResponseContext>().UseScopedHandler<RecordTokens>().SetOrder(OpenIddictServerHandlers.Exchange.NormalizeErrorResponse.Descriptor.Order + 500).Build();

    public static OpenIddictServerHandlerDescriptor OfRevocations { get; } = OpenIddictServerHandlerDescriptor
        .CreateBuilder<ApplyRevocationResponseContext>().UseScopedHandler<RecordTokens>().SetOrder(OpenIddictServerHandlers.Revocation.NormalizeErrorResponse.Descriptor.Order + 500).Build();

    public ValueTask HandleAsync(ApplyTokenResponseContext context) => RecordAsync(AuditAction.IssueToken, context, context.Request, context.Response);

    public ValueTask HandleAsync(ApplyRevocationResponseContext context) => RecordAsync(AuditAction.RevokeToken, context, context.Request, context.Response);

    private async ValueTask RecordAsync(AuditAction action, BaseRequestContext context, OpenIddictRequest? request, OpenIddictResponse response)
    {
        // It points at OpenIddict's documentation, which is not the client's.
        response.ErrorUri = null;
        var owner = TokenOwner.Of(context.Transaction);
        var clientId = request?.ClientId;
        var clientName = await clients.NameOfAsync(clientId, context.CancellationToken);
        await audit.RecordAsync(
            new ProtocolEvent(action, context.Transaction.GetHttpRequest()?.HttpContext.TraceIdentifier, response.Error is { Length: > 0 } error ? $"{error}: {response.ErrorDescription}" : null)
            {
                ClientId = clientId,
                ClientName = clientName,
                Target = owner?.GetResources().FirstOrDefault(),
                User = owner,
            },
            context.CancellationToken);
    }
}
