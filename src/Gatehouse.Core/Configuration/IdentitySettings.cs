using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>How people sign in: one provider, with its own section.</summary>
public sealed record IdentitySettings
{
    [Description("google, oidc or development.")]
    public required IdentityProvider Provider { get; init; }

    [Description("Google Workspace; required with provider google.")]
    public GoogleSettings? Google { get; init; }

    [Description("Any OpenID Connect provider; required with provider oidc.")]
    public OidcSettings? Oidc { get; init; }

    [Description("A page that lets one pick a name. Only on loopback addresses.")]
    public DevelopmentSettings? Development { get; init; }
}

public enum IdentityProvider
{
    Google,
    Oidc,
    Development,
}

/// <summary>Sign-in with Google Workspace.</summary>
public sealed record GoogleSettings
{
    [Description("The OAuth client id from the Google Cloud console.")]
    public required string ClientId { get; init; }

    [Description("Its secret. Best as ${env:…} or ${file:…}.")]
    public required string ClientSecret { get; init; }

    [Description("The Workspace domain whose users may sign in, e.g. example.com.")]
    public required string Domain { get; init; }

    [Description("The issuer of Google's ID tokens.")]
    public Uri Issuer { get; init; } = new("https://accounts.google.com");

    [Description("Overrides the authorization endpoint that the issuer's discovery document names.")]
    public Uri? AuthorizationEndpoint { get; init; }

    [Description("Overrides the token endpoint that the issuer's discovery document names.")]
    public Uri? TokenEndpoint { get; init; }

    [Description("Overrides the key set that the issuer's discovery document names.")]
    public Uri? JwksUri { get; init; }

    [Description("Access to the Workspace directory through the Admin SDK.")]
    public GoogleDirectorySettings? Directory { get; init; }
}

/// <summary>What the Admin SDK needs to read users and groups.</summary>
public sealed record GoogleDirectorySettings
{
    [Description("The service account that has domain-wide delegation.")]
    public string? ServiceAccountEmail { get; init; }

    [Description("The administrator whose view of the directory is used.")]
    public string? AdminEmail { get; init; }

    [Description("The Workspace customer id; my_customer stands for the administrator's own.")]
    public string CustomerId { get; init; } = "my_customer";

    [Description("Only users in this organisational unit may sign in.")]
    public string OrgUnitPath { get; init; } = "/";
}

/// <summary>Sign-in with any OpenID Connect provider.</summary>
public sealed record OidcSettings
{
    [Description("The provider's issuer; its discovery document is read from {issuer}/.well-known/openid-configuration.")]
    public required Uri Issuer { get; init; }

    [Description("The client id that the provider gave to Gatehouse.")]
    public required string ClientId { get; init; }

    [Description("The client's secret, if the provider gave one. Best as ${env:…} or ${file:…}.")]
    public string? ClientSecret { get; init; }

    [Description("The e-mail domains whose users may sign in. Required: an empty list lets nobody in.")]
    public required IReadOnlyList<string> AllowedDomains { get; init; }

    [Description("The claim of the ID token that lists the user's groups.")]
    public string? GroupsClaim { get; init; }

    [Description("The scopes to ask for.")]
    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "email", "profile"];
}

/// <summary>The names to pick from in development.</summary>
public sealed record DevelopmentSettings
{
    [Description("People to pick from; any other name can be typed in.")]
    public IReadOnlyList<DevelopmentUser> Users { get; init; } = [];
}

public sealed record DevelopmentUser
{
    [Description("The e-mail address to sign in as.")]
    public required string Email { get; init; }

    [Description("The name to show.")]
    public string? Name { get; init; }

    [Description("The groups that the user is in.")]
    public IReadOnlyList<string> Groups { get; init; } = [];
}
