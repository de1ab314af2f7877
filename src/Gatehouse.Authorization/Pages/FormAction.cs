using System.Net;

namespace Gatehouse.Authorization.Pages;

/// <summary>
/// Where a page's forms may lead (CSP <c>form-action</c>). Chromium applies it to every redirect that follows the post, not
/// only to the form's own target: a form whose answer ends at an MCP client's callback must name that too, or the browser stops
/// there without a word.
/// </summary>
internal sealed record FormAction
{
    private FormAction(string directive) => Directive = directive;

    /// <summary>The piece of the policy, with its separator.</summary>
    public string Directive { get; }

    /// <summary>The page has no form.</summary>
    public static FormAction None { get; } = new("; form-action 'none'");

    /// <summary>Forms stay with us, and so does every redirect after them.</summary>
    public static FormAction Self { get; } = new("; form-action 'self'");

    /// <summary>Forms post to us, and where the redirects after it lead is not known when the page is made.</summary>
    public static FormAction Open { get; } = new("");

    /// <summary>Forms post to us, and the answer may redirect to this address, as a consent form's does to the client.</summary>
    /// <param name="redirectUri">A redirect URI that is already known to be the client's own.</param>
    public static FormAction SelfThen(Uri redirectUri) => new($"; form-action 'self' {SourceOf(redirectUri)}");

    /// <summary>A policy can name neither an IPv6 address nor what stands behind a scheme of one's own; the scheme has to do.</summary>
    private static string SourceOf(Uri uri) =>
        uri.Scheme is "http" or "https" && !(IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address) && address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6)
            ? $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}"
            : $"{uri.Scheme}:";
}
