using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using OpenIddict.Server.AspNetCore;

namespace Gatehouse.Authorization.Protocol;

/// <summary>
/// OpenIddict's scheme without its claim on every request. As ASP.NET's authentication middleware would run it, it looks at
/// each request of the process, tool calls included, and answers before any filter of ours. Here only its endpoints ask it.
/// </summary>
internal sealed class EndpointScheme(OpenIddictServerAspNetCoreHandler inner) : IAuthenticationSignOutHandler, IAuthenticationSignInHandler
{
    /// <returns>Whether OpenIddict answered.</returns>
    public Task<bool> HandleRequestAsync() => inner.HandleRequestAsync();

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context) => inner.InitializeAsync(scheme, context);

    public Task<AuthenticateResult> AuthenticateAsync() => inner.AuthenticateAsync();

    public Task ChallengeAsync(AuthenticationProperties? properties) => inner.ChallengeAsync(properties);

    public Task ForbidAsync(AuthenticationProperties? properties) => inner.ForbidAsync(properties);

    public Task SignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties) => inner.SignInAsync(user, properties);

    public Task SignOutAsync(AuthenticationProperties? properties) => inner.SignOutAsync(properties);
}
