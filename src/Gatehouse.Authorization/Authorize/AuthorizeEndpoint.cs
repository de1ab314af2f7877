using System.Collections.Immutable;
using Gatehouse.Authorization.Clients;
using Gatehouse.Authorization.Consent;
using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.Protocol;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Audit;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Gatehouse.Authorization.Authorize;

/// <summary>The way of one authorization request once OpenIddict has validated it: sign in, ask, issue the code.</summary>
internal sealed class AuthorizeEndpoint(
    IBrowserSession session, ConsentForm form, IConsentStore consents, ClientRegistry clients, ProtectedResources resources, ProtocolAudit audit)
{
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (http.GetOpenIddictServerResponse() is { Error: { } error } response) return Unsafe(error, response.ErrorDescription);
        var parsed = http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict passes on only requests that it has read.");
        var resource = resources.FindOne(parsed.GetResources()) ?? throw new InvalidOperationException("Validation lets no unknown resource through.");
        var decision = ConsentForm.DecisionOf(http);
        var request = new AuthorizationRequest(parsed, await clients.NameOfAsync(parsed.ClientId, cancellationToken), resource, ParametersOf(parsed), decision is not null);

        var user = await session.FindAsync(http);
        if (user is null || request.WantsSignIn) return request.MustNotAsk ? Answer(Errors.LoginRequired, "Nobody is signed in.") : session.SignIn(request.ReturnPath);
        if (decision is not null) return await DecideAsync(http, request, user, decision, cancellationToken);
        if (!request.WantsConsent && await consents.CoversAsync(request.GrantBy(user.Subject), cancellationToken)) return Issue(request, user);
        return request.MustNotAsk
            ? Answer(Errors.ConsentRequired, "The user has not allowed this client yet.")
            : form.Show(http, user, request.Question, request.Parameters);
    }

    /// <summary>The form's answer: only from the browser and the user it was shown to, or any page could press Allow (RFC 9700 section 4.7).</summary>
    private async Task<IResult> DecideAsync(HttpContext http, AuthorizationRequest request, SignedInUser user, string decision, CancellationToken cancellationToken)
    {
        if (!await form.IsOursAsync(http, user))
        {
            await RecordAsync("the consent form was not shown to this browser and user", cancellationToken);
            return MessagePage.Of(
                StatusCodes.Status400BadRequest, "This page is out of date", "Your answer does not belong to a page that was shown to you in this browser. Nothing was allowed.",
                "Go back to the application and connect once more.");
        }

        if (decision != ConsentDecision.Allow)
        {
            await RecordAsync("the user denied it", cancellationToken);
            return Answer(Errors.AccessDenied, "The user denied the access.");
        }

        await RecordAsync(null, cancellationToken);
        await consents.RememberAsync(request.GrantBy(user.Subject), cancellationToken);
        return Issue(request, user);

        ValueTask RecordAsync(string? refusal, CancellationToken cancellation) => audit.RecordAsync(
            new ProtocolEvent(AuditAction.Consent, http.TraceIdentifier, refusal)
            {
                ClientId = request.ClientId,
                ClientName = request.ClientName,
                Target = request.Resource,
                User = UserClaims.Write(user),
            },
            cancellation);
    }

    private KeyValuePair<string, string>[] ParametersOf(OpenIddictRequest request) =>
    [
        .. from parameter in request.GetParameters()
           where !form.IsOwnField(parameter.Key)
           from value in (ImmutableArray<string?>?)parameter.Value ?? []
           where value is not null
           select KeyValuePair.Create(parameter.Key, value),
    ];

    private static IResult Issue(AuthorizationRequest request, SignedInUser user)
    {
        var principal = UserClaims.Write(user).SetScopes(request.Scopes).SetResources(request.Resource);
        return Results.SignIn(principal, null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    /// <summary>An error that the client is told, at its redirect URI.</summary>
    private static IResult Answer(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);

    /// <summary>The client or where it wants its answer is not known to be right, so the answer stays here.</summary>
    private static IResult Unsafe(string error, string? description) => MessagePage.Of(
        StatusCodes.Status400BadRequest, "This request cannot be answered", description ?? "The request is not valid.",
        "The application that sent you here made a mistake, or somebody tampers with its link. Nothing was allowed. If it worked before, remove the connection in the application and connect again.",
        $"For its developer: {error}");
}
