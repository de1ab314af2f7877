using System.Text.Json;

namespace Gatehouse.Tests.Parts;

/// <summary>npm's <c>oidc-provider</c>, certified and strict, with its own login and consent pages. Claims stand in its userinfo answer.</summary>
public sealed class OidcProvider : IdentityPart
{
    /// <param name="client">Id and secret of the client that it knows.</param>
    /// <param name="redirectUri">The client's redirect URI.</param>
    /// <param name="accounts">Claims by login name.</param>
    /// <param name="cancellationToken">The test's.</param>
    public async Task StartAsync((string Id, string Secret) client, string redirectUri, IReadOnlyDictionary<string, object> accounts, CancellationToken cancellationToken)
    {
        var clients = new[]
        {
            new { client_id = client.Id, client_secret = client.Secret, redirect_uris = new[] { redirectUri }, token_endpoint_auth_method = "client_secret_post", scope = "openid email profile groups" },
        };
        Issuer = new Uri(await StartAsync("listening", ["oidc-provider.mjs", JsonSerializer.Serialize(new { clients, accounts })], cancellationToken));
    }
}
