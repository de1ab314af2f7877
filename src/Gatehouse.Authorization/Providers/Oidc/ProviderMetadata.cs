using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>Reads the provider's discovery document and keys: at the first sign-in, not at start, and again when they are old or a key is unknown.</summary>
internal sealed class ProviderMetadata(OpenIdClient client) : IConfigurationRetriever<OpenIdConnectConfiguration>
{
    public static ConfigurationManager<OpenIdConnectConfiguration> Manager(OpenIdClient client, ProviderConnection connection) => new(
        $"{client.IssuerName}/.well-known/openid-configuration",
        new ProviderMetadata(client),
        // The configuration reader lets http through for loopback issuers only.
        new HttpDocumentRetriever(connection.Client) { RequireHttps = client.Issuer.Scheme == Uri.UriSchemeHttps });

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
    {
        var configuration = OpenIdConnectConfiguration.Create(await retriever.GetDocumentAsync(address, cancel));
        // OpenID Connect Discovery section 4.3: another issuer's document is not this one's.
        if (OpenIdClient.NameOf(configuration.Issuer ?? "") != client.IssuerName)
            throw new InvalidOperationException("the discovery document is another issuer's");
        configuration.AuthorizationEndpoint = client.AuthorizationEndpoint?.AbsoluteUri ?? configuration.AuthorizationEndpoint;
        configuration.TokenEndpoint = client.TokenEndpoint?.AbsoluteUri ?? configuration.TokenEndpoint;
        configuration.JwksUri = client.JwksUri?.AbsoluteUri ?? configuration.JwksUri;
        configuration.JsonWebKeySet = new JsonWebKeySet(await retriever.GetDocumentAsync(configuration.JwksUri, cancel));
        foreach (var key in configuration.JsonWebKeySet.GetSigningKeys()) configuration.SigningKeys.Add(key);
        return configuration;
    }
}
