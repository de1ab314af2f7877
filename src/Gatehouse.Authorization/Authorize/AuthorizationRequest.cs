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
/// <param name="parameters">Everything that the client sent.</param>
/// <param name="isDecided">Whether the request brings the consent form's answer.</param>
internal sealed class AuthorizationRequest(
    OpenIddictRequest request, string? clientName, string resource, IReadOnlyList<KeyValuePair<string, string>> parameters, bool isDecided)
{
    private readonly ImmutableArray<string> _prompts = request.GetPromptValues();

    public string ClientId { get; } = request.ClientId!;

    public string? ClientName { get; } = clientName;

    public string Resource { get; } = resource;

    public ImmutableArray<string> Scopes { get; } = GrantedScopes.Of(request.GetScopes());

    public ConsentQuestion Question => new(ClientName, RedirectUri.HostOf(request.RedirectUri!), RedirectUri.IsLoopback(request.RedirectUri!), Resource, Scopes);

    /// <summary>The client wants no page shown.</summary>
    public bool MustNotAsk => _prompts.Contains(PromptValues.None);

    /// <summary>The client wants the user to sign in, whoever is signed in.</summary>
    public bool WantsSignIn => !isDecided && _prompts.Any(IsSignIn);

    /// <summary>The client wants the consent page, whatever was allowed before.</summary>
    public bool WantsConsent => _prompts.Contains(PromptValues.Consent);

    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; } = parameters;

    public ConsentGrant GrantBy(string subject) => new(subject, ClientId, RedirectUri.HostOf(request.RedirectUri!), Scopes);

    /// <summary>Where to come back to after signing in: the same request, which does not ask for a sign-in a second time.</summary>
    public string ReturnPath
    {
        get
        {
            var kept = Parameters.Where(parameter => parameter.Key != OpenIddictConstants.Parameters.Prompt).ToList();
            var prompts = _prompts.Where(prompt => !IsSignIn(prompt)).ToList();
            if (prompts.Count > 0) kept.Add(KeyValuePair.Create(OpenIddictConstants.Parameters.Prompt, string.Join(' ', prompts)));
            return "/oauth/authorize" + QueryString.Create(kept!);
        }
    }

    private static bool IsSignIn(string prompt) => prompt is PromptValues.Login or PromptValues.SelectAccount;
}
