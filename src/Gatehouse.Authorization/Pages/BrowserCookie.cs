using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Pages;

/// <summary>
/// A cookie of ours. Secure is what the public URL says, never what the request looks like: TLS ends in front of us. On https the
/// name has the prefix with which a browser keeps other hosts of the domain from planting it (RFC 6265bis section 4.1.3.2).
/// </summary>
internal sealed class BrowserCookie : CookieBuilder
{
    private readonly bool _secure;

    public BrowserCookie(Uri publicUrl, string name, TimeSpan? lifetime = null)
    {
        _secure = publicUrl.Scheme == Uri.UriSchemeHttps;
        Name = _secure ? $"__Host-{name}" : name;
        HttpOnly = true;
        IsEssential = true;
        SameSite = SameSiteMode.Lax;
        Path = "/";
        Expiration = lifetime;
    }

    public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
    {
        var options = base.Build(context, expiresFrom);
        options.Secure = _secure;
        return options;
    }
}
