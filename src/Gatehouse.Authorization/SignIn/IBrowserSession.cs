using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.SignIn;

/// <summary>The browser's own session at Gatehouse: who is signed in there, whatever the MCP client.</summary>
internal interface IBrowserSession
{
    /// <summary>The user that this browser is signed in as, or null: nobody, expired, or no longer let in.</summary>
    Task<SignedInUser?> FindAsync(HttpContext http);

    /// <summary>Sends the browser to sign in, and back afterwards.</summary>
    /// <param name="returnPath">A path and query of ours, e.g. <c>/oauth/authorize?…</c>. Anything else is refused.</param>
    IResult SignIn(string returnPath);
}
