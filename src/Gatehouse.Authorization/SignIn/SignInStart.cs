using Gatehouse.Authorization.Pages;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.SignIn;

/// <summary>The beginning of a sign-in.</summary>
internal sealed class SignInStart(IIdentityProvider provider, string? returnPath, bool otherAccount) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var result = LocalPath.TryParse(returnPath, out var path)
            ? await provider.StartAsync(httpContext, path, otherAccount, httpContext.RequestAborted)
            : MessagePage.Of(StatusCodes.Status400BadRequest, "This link does not work",
                "It says to go on to another site after signing in, and Gatehouse only leads back to itself.",
                "Go back to your application and connect again.");
        await result.ExecuteAsync(httpContext);
    }

    /// <summary>The path that begins again with another account. A way out of every refusal: providers remember the last account.</summary>
    public static LocalPath OtherAccount(LocalPath returnPath) => returnPath.Through("/auth/again");
}
