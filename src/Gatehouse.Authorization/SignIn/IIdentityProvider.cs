using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.SignIn;

/// <summary>Who proves what a user says: the configured identity provider. What it proves, it hands to <see cref="Admission"/>.</summary>
internal interface IIdentityProvider
{
    /// <summary>Sends the browser to where its user is asked who they are.</summary>
    /// <param name="http">The browser's request.</param>
    /// <param name="returnPath">Where to go on afterwards.</param>
    /// <param name="otherAccount">Whether the account that the provider remembers will not do.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    Task<IResult> StartAsync(HttpContext http, LocalPath returnPath, bool otherAccount, CancellationToken cancellationToken);
}
