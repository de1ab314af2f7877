namespace Gatehouse.Core.Identity;

/// <summary>
/// The claims of our own access tokens (RFC 9068): what the authorization server writes and the gateway reads.
/// </summary>
public static class AccessTokenClaims
{
    public const string Subject = "sub";
    public const string Email = "email";
    public const string Name = "name";
    public const string Groups = "groups";
    public const string ClientId = "client_id";
    public const string ClientName = "client_name";
    public const string Scope = "scope";
    public const string Audience = "aud";

    /// <summary>Names the grant that the token stands on: what a revocation withdraws.</summary>
    public const string GrantId = "grant_id";
}
