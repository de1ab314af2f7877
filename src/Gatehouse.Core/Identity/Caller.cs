using System.Collections.Frozen;

namespace Gatehouse.Core.Identity;

/// <summary>
/// Who makes a request, as one access token proves it. Travels as a value from authentication on; nothing else in the
/// process knows a "current user".
/// </summary>
/// <param name="Subject">The user's stable identifier (<c>sub</c>), never an e-mail address.</param>
/// <param name="Email">The user's verified e-mail address, in lower case.</param>
/// <param name="Name">The name to show, as the identity provider gave it.</param>
/// <param name="Groups">The user's groups at the time the token was issued.</param>
/// <param name="ClientId">The OAuth client the token was issued to (<c>client_id</c>).</param>
/// <param name="ClientName">The name that client registered with; for people to read, never for decisions.</param>
/// <param name="Scopes">The granted scopes (<c>scope</c>).</param>
/// <param name="ExpiresAt">The token's expiry (<c>exp</c>).</param>
public sealed record Caller(
    string Subject,
    string Email,
    string? Name,
    FrozenSet<string> Groups,
    string ClientId,
    string? ClientName,
    FrozenSet<string> Scopes,
    DateTimeOffset ExpiresAt);
