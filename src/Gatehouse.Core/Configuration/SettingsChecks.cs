using System.Net;

namespace Gatehouse.Core.Configuration;

/// <summary>What must hold across settings. Each check stands alone, and all of them run.</summary>
internal static class SettingsChecks
{
    public static IReadOnlyList<Action<GatehouseSettings, SettingsFindings>> All { get; } =
    [
        PublicUrl, Listen, Database, Tokens, Provider, DevelopmentOnLoopback, Google, Oidc, .. ServerChecks.All, .. VirtualServerChecks.All, .. LimitChecks.All,
    ];

    public static IReadOnlyList<Uri> DefaultListen(Uri publicUrl) =>
        publicUrl.IsLoopback ? [new Uri($"http://localhost:{publicUrl.Port}")] : [new Uri("http://0.0.0.0:8080")];

    /// <summary>Loopback by its name or by its number (RFC 6761, RFC 5735).</summary>
    public static bool IsLoopback(Uri uri) =>
        uri.Host is "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static void PublicUrl(GatehouseSettings settings, SettingsFindings findings)
    {
        if (settings.PublicUrl is not { } url) return;
        if (url.Scheme is not ("http" or "https")) findings.Fault("publicUrl", "must begin with https:// (or http:// on a loopback address).");
        else if (url.Scheme == "http" && !IsLoopback(url)) findings.Fault("publicUrl", "must begin with https://: tokens would travel in the clear. http:// is for localhost only.");
        if (url.PathAndQuery != "/" || url.Fragment.Length > 0) findings.Fault("publicUrl", $"must end after the host: {url.GetLeftPart(UriPartial.Authority)}");
        if (url.UserInfo.Length > 0) findings.Fault("publicUrl", "must not hold a user or password.");
    }

    private static void Listen(GatehouseSettings settings, SettingsFindings findings)
    {
        for (var i = 0; i < settings.Listen.Count; i++)
        {
            var url = settings.Listen[i];
            if (url.Scheme != "http" || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
                findings.Fault($"listen[{i}]", "must be http://ADDRESS:PORT without a path; TLS ends in front of Gatehouse.");
            else if (url.Host != "localhost" && !IPAddress.TryParse(url.Host.Trim('[', ']'), out _))
                findings.Fault($"listen[{i}]", "must name an IP address or localhost, e.g. http://0.0.0.0:8080.");
        }
    }

    private static void Database(GatehouseSettings settings, SettingsFindings findings)
    {
        var database = settings.Database;
        if (database.Postgres is not null && database.EncryptionKey is null)
            findings.Fault("database.encryptionKey", "is missing: with postgres every process needs the same key. `openssl rand -base64 32` makes one.");
        var bytes = new byte[33];
        if (database.EncryptionKey is { } key && !(Convert.TryFromBase64String(key, bytes, out var length) && length == 32))
            findings.Fault("database.encryptionKey", "must be 32 bytes in base64. `openssl rand -base64 32` makes one.");
    }

    private static void Tokens(GatehouseSettings settings, SettingsFindings findings)
    {
        var tokens = settings.Tokens;
        if (tokens.AccessTokenLifetime < TimeSpan.FromMinutes(1) || tokens.AccessTokenLifetime > TimeSpan.FromHours(1))
            findings.Fault("tokens.accessTokenLifetime", "must be from 1m to 1h.");
        if (tokens.RefreshTokenLifetime < tokens.AccessTokenLifetime || tokens.RefreshTokenLifetime > TimeSpan.FromDays(365))
            findings.Fault("tokens.refreshTokenLifetime", "must be longer than accessTokenLifetime, and at most 365d.");
        if (tokens.SessionLifetime < TimeSpan.FromMinutes(5) || tokens.SessionLifetime > TimeSpan.FromDays(30))
            findings.Fault("tokens.sessionLifetime", "must be from 5m to 30d.");
        if (tokens.SigningKeyLifetime < TimeSpan.FromDays(1) || tokens.SigningKeyLifetime > TimeSpan.FromDays(3650))
            findings.Fault("tokens.signingKeyLifetime", "must be from 1d to 3650d.");
    }

    private static void Provider(GatehouseSettings settings, SettingsFindings findings)
    {
        if (settings.Identity is not { } identity) return;
        if (identity is { Provider: IdentityProvider.Google, Google: null }) findings.Fault("identity.google", "is missing: provider google needs it.");
        if (identity is { Provider: IdentityProvider.Oidc, Oidc: null }) findings.Fault("identity.oidc", "is missing: provider oidc needs it.");
    }

    private static void DevelopmentOnLoopback(GatehouseSettings settings, SettingsFindings findings)
    {
        if (settings.Identity is not { Provider: IdentityProvider.Development } || settings.PublicUrl is not { } publicUrl) return;
        const string Rule = "provider development asks for no password, so every address must be a loopback one";
        if (!IsLoopback(publicUrl)) findings.Fault("publicUrl", $"{Rule}: use http://localhost:8080, or another provider.");
        for (var i = 0; i < settings.Listen.Count; i++)
        {
            if (!IsLoopback(settings.Listen[i])) findings.Fault($"listen[{i}]", $"{Rule}: use http://localhost:8080, or another provider.");
        }
    }

    private static void Google(GatehouseSettings settings, SettingsFindings findings)
    {
        if (settings.Identity?.Google is not { } google) return;
        if (google.Domain is { } domain && (Uri.CheckHostName(domain) != UriHostNameType.Dns || !domain.Contains('.', StringComparison.Ordinal)))
            findings.Fault("identity.google.domain", "must be the Workspace domain alone, e.g. example.com.");
        foreach (var (key, url) in new[] { ("issuer", google.Issuer), ("authorizationEndpoint", google.AuthorizationEndpoint), ("tokenEndpoint", google.TokenEndpoint), ("jwksUri", google.JwksUri) })
        {
            SecureUrl($"identity.google.{key}", url, findings);
        }
    }

    private static void Oidc(GatehouseSettings settings, SettingsFindings findings)
    {
        if (settings.Identity?.Oidc is not { } oidc) return;
        SecureUrl("identity.oidc.issuer", oidc.Issuer, findings);
        if (oidc.AllowedDomains is { Count: 0 }) findings.Fault("identity.oidc.allowedDomains", "is empty, so nobody could sign in: name at least one e-mail domain.");
        if (!oidc.Scopes.Contains("openid")) findings.Fault("identity.oidc.scopes", "must include openid.");
    }

    private static void SecureUrl(string path, Uri? url, SettingsFindings findings)
    {
        if (url is not null && url.Scheme != "https" && !(url.Scheme == "http" && IsLoopback(url)))
            findings.Fault(path, "must begin with https:// (http:// is for loopback addresses only).");
    }
}
