using System.Globalization;
using System.Text.Json;

namespace Gatehouse.Tests.Parts;

/// <summary>npm's <c>emulate</c> as Google: an account chooser, and <c>hd</c> from the address.</summary>
public sealed class Emulate : IdentityPart
{
    /// <param name="client">Id and secret of the client that it knows.</param>
    /// <param name="redirectUri">The client's redirect URI.</param>
    /// <param name="users">Its accounts: a user's <c>email</c>, <c>name</c>, <c>email_verified</c>, <c>hd</c>.</param>
    /// <param name="cancellationToken">The test's.</param>
    public Task StartAsync((string Id, string Secret) client, string redirectUri, object[] users, CancellationToken cancellationToken) =>
        StartAsync(client, redirectUri, users, FreePort.Take(), cancellationToken);

    public async Task StartAsync((string Id, string Secret) client, string redirectUri, object[] users, int port, CancellationToken cancellationToken)
    {
        var seed = Path.Combine(Path.GetTempPath(), $"gatehouse-emulate-{Guid.NewGuid():N}.yaml");
        // JSON is YAML.
        await File.WriteAllTextAsync(seed, JsonSerializer.Serialize(new
        {
            google = new
            {
                users,
                oauth_clients = new[] { new { client_id = client.Id, client_secret = client.Secret, name = "Gatehouse", redirect_uris = new[] { redirectUri } } },
            },
        }), cancellationToken);
        try
        {
            Issuer = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));
            await StartAsync("Ready.", ["node_modules/emulate/dist/index.js", "start", "-s", "google", "-p", port.ToString(CultureInfo.InvariantCulture), "--seed", seed], cancellationToken);
        }
        finally
        {
            File.Delete(seed);
        }
    }
}
