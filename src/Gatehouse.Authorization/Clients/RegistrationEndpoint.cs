using System.Globalization;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Core.Audit;
using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.Clients;

/// <summary>Dynamic client registration (RFC 7591): anybody may register, and gets nothing by it but to be named on the consent page.</summary>
internal sealed class RegistrationEndpoint(ClientRegistry clients, ProtocolAudit audit, TimeProvider time)
{
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, cancellationToken);
        return RegistrationRequest.Read(body.ToArray()) switch
        {
            RegistrationOutcome.Accepted accepted => await RegisterAsync(http, accepted.Metadata, cancellationToken),
            RegistrationOutcome.Refused refused => await RefuseAsync(http, refused, cancellationToken),
            _ => throw new InvalidOperationException("A registration is accepted or refused."),
        };
    }

    private async Task<IResult> RegisterAsync(HttpContext http, ClientMetadata metadata, CancellationToken cancellationToken)
    {
        var client = await clients.AddAsync(metadata, cancellationToken);
        await audit.RecordAsync(
            new ProtocolEvent(AuditAction.Register, http.TraceIdentifier)
            {
                ClientId = client.Id,
                ClientName = metadata.ClientName,
                Target = string.Join(' ', metadata.RedirectUris.Select(RedirectUri.HostOf).Distinct()),
            },
            cancellationToken);
        return Results.Json(RegistrationResponse.Of(client, metadata, time.GetUtcNow()), statusCode: StatusCodes.Status201Created);
    }

    private async Task<IResult> RefuseAsync(HttpContext http, RegistrationOutcome.Refused refused, CancellationToken cancellationToken)
    {
        await audit.RecordAsync(
            new ProtocolEvent(AuditAction.Register, http.TraceIdentifier, string.Create(CultureInfo.InvariantCulture, $"{refused.Error}: {refused.Description}")),
            cancellationToken);
        return Results.Json(
            new Dictionary<string, string>
            {
                [OpenIddictConstants.Parameters.Error] = refused.Error,
                [OpenIddictConstants.Parameters.ErrorDescription] = refused.Description,
            },
            statusCode: StatusCodes.Status400BadRequest);
    }
}
