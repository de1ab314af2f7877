using System.Collections.Concurrent;
using Gatehouse.Authorization.SignIn;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Tests.Authorization;

/// <summary>Stands for the sign-in: a cookie names the user, and who is shut out is a list.</summary>
internal sealed class FakeSignIn : IBrowserSession, ISignInRules
{
    public const string Cookie = "test-user";

    private readonly ConcurrentDictionary<string, string> _refusals = new();

    public static SignedInUser User(string name) => new($"id-of-{name}", $"{name}@example.com", name, [$"team-{name}"]);

    public void ShutOut(string name, string reason) => _refusals[User(name).Subject] = reason;

    public Task<SignedInUser?> FindAsync(HttpContext http) => Task.FromResult(http.Request.Cookies[Cookie] is { Length: > 0 } name ? User(name) : null);

    public IResult SignIn(string returnPath) => Results.Redirect($"/test-sign-in?returnPath={Uri.EscapeDataString(returnPath)}");

    public string? WhyRefused(SignedInUser user) => _refusals.GetValueOrDefault(user.Subject);
}
