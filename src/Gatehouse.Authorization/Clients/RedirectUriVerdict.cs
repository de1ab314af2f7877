namespace Gatehouse.Authorization.Clients;

/// <summary>Whether a redirect URI can be registered.</summary>
internal abstract record RedirectUriVerdict
{
    public sealed record Accepted : RedirectUriVerdict;

    /// <summary>An application's own scheme (<c>cursor://</c>): any program may claim it, so it is left out of the registration.</summary>
    public sealed record PrivateScheme : RedirectUriVerdict;

    /// <param name="Reason">Continues "The redirect URI …".</param>
    public sealed record Refused(string Reason) : RedirectUriVerdict;
}
