namespace Gatehouse.Authorization.Consent;

/// <summary>What a user is asked to allow.</summary>
/// <param name="ClientName">As the client calls itself; null if it gave no name.</param>
/// <param name="RedirectHost">Where the answer goes.</param>
/// <param name="IsLoopback">Whether that is the user's own machine.</param>
/// <param name="Resource">The MCP endpoint that the access is for.</param>
/// <param name="Scopes">What is granted of what the client asked for.</param>
internal sealed record ConsentQuestion(string? ClientName, string RedirectHost, bool IsLoopback, string Resource, IReadOnlyList<string> Scopes);
