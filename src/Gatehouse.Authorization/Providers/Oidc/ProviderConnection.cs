namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>The one HTTP client toward the provider. Follows no redirect: a token request carries the client's secret.</summary>
internal sealed class ProviderConnection : IDisposable
{
    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    public void Dispose() => Client.Dispose();
}
