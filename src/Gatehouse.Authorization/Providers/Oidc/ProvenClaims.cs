using System.Net.Mail;
using System.Security.Claims;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>The claims of an ID token whose signature, issuer, audience, lifetime and nonce are checked.</summary>
internal sealed class ProvenClaims(ClaimsPrincipal principal)
{
    /// <summary>The claim's one value. Two that differ (an array, or a userinfo answer that contradicts the ID token) are as good as none.</summary>
    public string? Single(string type)
    {
        var values = All(type).Distinct(StringComparer.OrdinalIgnoreCase).Take(2).ToList();
        return values is [{ Length: > 0 } value] ? value : null;
    }

    public IReadOnlyList<string> All(string type) => [.. principal.FindAll(type).Select(claim => claim.Value)];

    /// <summary>The address in lower case, or null if there is none that deserves the name.</summary>
    public string? Email => Single("email") is { } email && MailAddress.TryCreate(email, out var address) && address.Address == email
        ? email.ToLowerInvariant()
        : null;

    /// <summary>Providers write the boolean as one or as text.</summary>
    public bool EmailVerified => string.Equals(Single("email_verified"), "true", StringComparison.OrdinalIgnoreCase);

    public string? Name => All("name").FirstOrDefault(name => name.Length > 0);

    /// <summary>The part behind the @ of an address in lower case.</summary>
    public static string DomainOf(string email) => email[(email.LastIndexOf('@') + 1)..];
}
