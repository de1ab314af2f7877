namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>What we are to an OpenID provider, and how we ask it.</summary>
internal sealed record OpenIdClient(Uri Issuer, string ClientId, string? ClientSecret, IReadOnlyList<string> Scopes)
{
    public Uri? AuthorizationEndpoint { get; init; }

    public Uri? TokenEndpoint { get; init; }

    public Uri? JwksUri { get; init; }

    /// <summary>What the authorization request says besides.</summary>
    public IReadOnlyDictionary<string, string> Hints { get; init; } = new Dictionary<string, string>();

    /// <summary>The <c>prompt</c> of every sign-in.</summary>
    public string? Prompt { get; init; }

    /// <summary>The <c>prompt</c> after a refusal, to be rid of the account that the provider remembers.</summary>
    public required string OtherAccountPrompt { get; init; }

    /// <summary>Claims that may stand in the userinfo answer instead of the ID token (OpenID Connect Core section 5.4); empty: do not ask.</summary>
    public IReadOnlyList<string> UserInfoClaims { get; init; } = [];

    /// <summary>The issuer without a trailing slash: providers disagree with their own documentation about it.</summary>
    public string IssuerName => NameOf(Issuer.OriginalString);

    public static string NameOf(string issuer) => issuer.TrimEnd('/');
}
