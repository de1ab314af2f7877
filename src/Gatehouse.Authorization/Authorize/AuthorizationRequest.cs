using System.Collections.Immutable;
using Gatehouse.Authorization.Clients;
using Gatehouse.Authorization.Consent;
using Gatehouse.Authorization.Protocol;
using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Gatehouse.Authorization.Authorize;

/// <summary>An authorization request that passed validation, as far as we read it ourselves.</summary>
/// <param name="request">As OpenIddict parsed it.</param>
/// <param name="clientName">As the client calls itself.</param>
/// <param name="resource">The endpoint it is for, as we write it.</param>
internal sealed class AuthorizationRequest(OpenIddictRequest request, string? clientName, string resource)
{
    private readonly ImmutableArray<string> _prompts = request.GetPromptValues();

    public string ClientId { get; } = request.ClientId!;

    public string? ClientName { get; } = clientName;

    public string Resource { get; } = resource;

    public ImmutableArray<string> Scopes { get; } = GrantedScopes.Of(request.GetScopes());

    public ConsentQuestion Question => new(ClientName, RedirectUri.HostOf(request.RedirectUri!), RedirectUri.IsLoopback(request.RedirectUri!), Resource, Scopes);

    /// <summary>What the consent form answered; null if the request comes from the client.</summary>
    public string? Decision { get; } = (string?)request[ConsentDecision.Field];

    /// <summary>The client wants no page shown.</summary>
    public bool MustNotAsk => _prompts.Contains(PromptValues.None);

    /// <summary>The client wants the user to sign in, whoever is signed in.</summary>
    public bool WantsSignIn => Decision is null && _prompts.Any(IsSignIn);

    /// <summary>The client wants the consent page, whatever was allowed before.</summary>
    public bool WantsConsent => _prompts.Contains(PromptValues.Consent);

    /// <summary>Everything the client sent.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parameters =>
        from parameter in request.GetParameters()
        from value in (ImmutableArray<string?>?)parameter.Value ?? []
        where value is not null
        select KeyValuePair.Create(parameter.Key, value);

    public ConsentGrant GrantBy(string subject) => new(subject, ClientId, RedirectUri.HostOf(request.RedirectUri!), Scopes);

    /// <summary>Where to come back to after signing in: the same request, which does not ask for a sign-in a second time.</summary>
    public string ReturnPath
    {
        get
        {
            var parameters = Parameters.Where(parameter => parameter.Key is not (OpenIddictConstants.Parameters.Prompt or ConsentDecision.Field)).ToList();
            var prompts = _prompts.Where(prompt => !IsSignIn(prompt)).ToList();
            if (prompts.Count > 0) parameters.Add(KeyValuePair.Create(OpenIddictConstants.Parameters.Prompt, string.Join(' ', prompts)));
            return "/oauth/authorize" + QueryString.Create(parameters!);
        }
    }

    private static bool IsSignIn(string prompt) => prompt is PromptValues.Login or PromptValues.SelectAccount;
}
