using System.Security.Claims;
using Gatehouse.Authorization.Pages;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.SignIn;

/// <summary>
/// The cookie that holds a <see cref="SignedInUser"/>, encrypted with the key ring that all processes share. It is written whole at
/// each sign-in, so a cookie planted before is worth nothing after, and nothing of the provider's is in it.
/// </summary>
internal static class SessionCookie
{
    public const string Scheme = "gatehouse-browser";

    private const string Subject = "sub", Email = "email", Name = "name", Group = "group";

    public static void Configure(CookieAuthenticationOptions options, GatehouseSettings settings)
    {
        options.Cookie = new BrowserCookie(settings.PublicUrl, "gatehouse");
        options.ExpireTimeSpan = settings.Tokens.SessionLifetime;
        options.SlidingExpiration = false; // the provider is asked again in the end, however busy the browser is
    }

    public static Task WriteAsync(HttpContext http, SignedInUser user) => http.SignInAsync(
        Scheme, new ClaimsPrincipal(new ClaimsIdentity(ClaimsOf(user), Scheme)), new AuthenticationProperties { IsPersistent = true });

    public static async Task<SignedInUser?> ReadAsync(HttpContext http) =>
        (await http.AuthenticateAsync(Scheme)).Principal is { } principal
        && principal.FindFirstValue(Subject) is { } subject
        && principal.FindFirstValue(Email) is { } email
            ? new SignedInUser(subject, email, principal.FindFirstValue(Name), [.. principal.FindAll(Group).Select(claim => claim.Value)])
            : null;

    private static IEnumerable<Claim> ClaimsOf(SignedInUser user)
    {
        yield return new Claim(Subject, user.Subject);
        yield return new Claim(Email, user.Email);
        if (user.Name is not null) yield return new Claim(Name, user.Name);
        foreach (var group in user.Groups) yield return new Claim(Group, group);
    }
}
