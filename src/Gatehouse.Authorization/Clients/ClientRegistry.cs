using System.Buffers.Text;
using System.Security.Cryptography;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Gatehouse.Authorization.Clients;

/// <summary>The clients that registered.</summary>
internal sealed class ClientRegistry(IOpenIddictApplicationManager applications)
{
    /// <summary>Takes a client in under an id that we choose, with a secret if it wants one; OpenIddict keeps only the secret's hash.</summary>
    public async Task<RegisteredClient> AddAsync(ClientMetadata metadata, CancellationToken cancellationToken)
    {
        var client = new RegisteredClient(RandomText(16), metadata.WantsSecret ? RandomText(32) : null);
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = client.Id,
            ClientSecret = client.Secret,
            ClientType = metadata.WantsSecret ? ClientTypes.Confidential : ClientTypes.Public,
            ApplicationType = metadata.ApplicationType,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = metadata.ClientName,
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.Revocation,
                Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code,
            },
        };
        if (metadata.WantsRefresh) descriptor.Permissions.Add(Permissions.GrantTypes.RefreshToken);
        foreach (var uri in metadata.RedirectUris) descriptor.RedirectUris.Add(new Uri(uri));
        await applications.CreateAsync(descriptor, cancellationToken);
        return client;
    }

    /// <summary>Whether a client may be answered there.</summary>
    public async Task<bool> AllowsAsync(string? clientId, string? redirectUri, CancellationToken cancellationToken)
    {
        if (clientId is not { Length: > 0 } || redirectUri is not { Length: > 0 } || await applications.FindByClientIdAsync(clientId, cancellationToken) is not { } client) return false;
        var registered = await applications.GetRedirectUrisAsync(client, cancellationToken);
        return registered.Any(uri => RedirectUri.Matches(uri, redirectUri));
    }

    /// <summary>The name that a client gave itself; null if it gave none or is unknown.</summary>
    public async Task<string?> NameOfAsync(string? clientId, CancellationToken cancellationToken) =>
        clientId is { Length: > 0 } && await applications.FindByClientIdAsync(clientId, cancellationToken) is { } client
            ? await applications.GetDisplayNameAsync(client, cancellationToken)
            : null;

    /// <summary>Whether a client gets refresh tokens.</summary>
    public async Task<bool> RefreshesAsync(string clientId, CancellationToken cancellationToken) =>
        await applications.FindByClientIdAsync(clientId, cancellationToken) is { } client
        && await applications.HasPermissionAsync(client, Permissions.GrantTypes.RefreshToken, cancellationToken);

    private static string RandomText(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}

/// <param name="Secret">Known here only now; null if the client is public.</param>
internal sealed record RegisteredClient(string Id, string? Secret);
