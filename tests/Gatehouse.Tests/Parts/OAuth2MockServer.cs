using System.Text.Json;

namespace Gatehouse.Tests.Parts;

/// <summary>npm's <c>oauth2-mock-server</c>: signs anybody in without a page, and forges on demand.</summary>
public sealed class OAuth2MockServer : IdentityPart
{
    public async Task StartAsync(CancellationToken cancellationToken) =>
        Issuer = new Uri(await StartAsync("listening", ["oauth2-mock-server.mjs"], cancellationToken));

    /// <summary>How the answers look from now on; the script says what can be forged.</summary>
    public Task ForgeAsync(object scenario, CancellationToken cancellationToken) => SayAsync(JsonSerializer.Serialize(scenario), "ready", cancellationToken);
}
