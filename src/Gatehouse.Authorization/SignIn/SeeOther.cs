using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.SignIn;

/// <summary>Sends the browser on with GET (303), so that no form and no code is ever sent again to where it goes.</summary>
internal sealed class SeeOther(LocalPath path) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status303SeeOther;
        response.Headers.Location = path.ToString();
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    }
}
