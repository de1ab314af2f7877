namespace Gatehouse.Authorization.Consent;

/// <summary>What users allowed which client, and where it may be sent.</summary>
public interface IConsentStore
{
    /// <summary>Whether the user has already allowed all of this.</summary>
    Task<bool> CoversAsync(ConsentGrant grant, CancellationToken cancellationToken);

    /// <summary>Remembers it, adding to what was allowed before. Safe when two requests come at once.</summary>
    Task RememberAsync(ConsentGrant grant, CancellationToken cancellationToken);
}

/// <param name="Subject">The user.</param>
/// <param name="ClientId">The client.</param>
/// <param name="RedirectHost">The host of the redirect URI; loopback hosts without their port.</param>
/// <param name="Scopes">The scopes, each of them allowed.</param>
public sealed record ConsentGrant(string Subject, string ClientId, string RedirectHost, IReadOnlyCollection<string> Scopes);
