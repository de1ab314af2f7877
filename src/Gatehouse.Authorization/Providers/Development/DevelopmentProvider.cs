using Gatehouse.Authorization.SignIn;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Providers.Development;

/// <summary>A page of ours stands in for the provider.</summary>
internal sealed class DevelopmentProvider : IIdentityProvider
{
    public const string Path = "/auth/development";

    public Task<IResult> StartAsync(HttpContext http, LocalPath returnPath, bool otherAccount, CancellationToken cancellationToken) =>
        Task.FromResult<IResult>(new SeeOther(returnPath.Through(Path)));
}
