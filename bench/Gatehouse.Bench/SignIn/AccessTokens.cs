using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gatehouse.Bench.Contenders;

namespace Gatehouse.Bench.SignIn;

/// <summary>
/// Gets access tokens as any MCP client and its user do: discovery, registration, the authorization code flow with PKCE,
/// sign-in and consent by sending the pages' forms. Nothing is signed here, so what is measured is the real check.
/// </summary>
internal sealed class AccessTokens : IDisposable
{
    private const string RedirectUri = "http://127.0.0.1/callback";
    private const int MostSteps = 10;

    private static readonly string[] _grantTypes = ["authorization_code"];
    private static readonly string[] _responseTypes = ["code"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private static readonly Dictionary<string, string> _typed = new() { ["email"] = "bench@example.com", ["name"] = "Bench" };

    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    /// <summary>Asks until the server publishes what it protects.</summary>
    public async Task AwaitServerAsync(Uri resource, ChildProcess process, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
        using var timer = new PeriodicTimer(_pause);
        while (true)
        {
            process.AssertRunning();
            try
            {
                using var response = await _browser.GetAsync(MetadataOf(resource), patience.Token);
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <param name="resource">The MCP endpoint that the token is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> GetAsync(Uri resource, CancellationToken cancellationToken)
    {
        using var resourceMetadata = await GetJsonAsync(MetadataOf(resource), cancellationToken);
        var issuer = new Uri(resourceMetadata.RootElement.GetProperty("authorization_servers")[0].GetString()!);
        using var server = await GetJsonAsync(new Uri(issuer, $"/.well-known/oauth-authorization-server{issuer.AbsolutePath}"), cancellationToken);
        var clientId = await RegisterAsync(Endpoint(server, "registration_endpoint"), cancellationToken);

        var verifier = RandomNumberGenerator.GetHexString(64);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var query = await FormAsync(new()
        {
            ["response_type"] = "code",
            ["client_id"] = clientId,
            ["redirect_uri"] = RedirectUri,
            ["code_challenge"] = challenge,
            ["code_challenge_method"] = "S256",
            ["state"] = "bench",
            ["resource"] = resource.AbsoluteUri,
            ["scope"] = "mcp",
        }, cancellationToken);
        var code = await AuthorizeAsync(new Uri($"{Endpoint(server, "authorization_endpoint")}?{query}"), cancellationToken);
        using var answer = await PostAsync(Endpoint(server, "token_endpoint"), new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = RedirectUri,
            ["client_id"] = clientId,
            ["code_verifier"] = verifier,
            ["resource"] = resource.AbsoluteUri,
        }), cancellationToken);
        return answer.RootElement.GetProperty("access_token").GetString()!;
    }

    public void Dispose() => _browser.Dispose();

    private async Task<string> RegisterAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var answer = await PostAsync(endpoint, JsonContent.Create(new
        {
            client_name = "Bench",
            redirect_uris = new[] { RedirectUri },
            token_endpoint_auth_method = "none",
            grant_types = _grantTypes,
            response_types = _responseTypes,
        }), cancellationToken);
        return answer.RootElement.GetProperty("client_id").GetString()!;
    }

    /// <summary>Follows redirects and sends forms until the code comes to the redirect URI.</summary>
    private async Task<string> AuthorizeAsync(Uri address, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        for (var step = 0; step < MostSteps; step++)
        {
            using var response = await _browser.SendAsync(request, cancellationToken);
            request.Dispose();
            if (response.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                if (address.AbsoluteUri.StartsWith(RedirectUri, StringComparison.Ordinal)) return CodeIn(address);
                request = new HttpRequestMessage(HttpMethod.Get, address);
                continue;
            }

            var page = await response.Content.ReadAsStringAsync(cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK) throw new BenchException($"{address.AbsolutePath} answered {(int)response.StatusCode}:\n{page}");
            var form = HtmlForm.First(page, address, _typed);
            address = form.Action;
            request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form.Fields) };
        }

        throw new BenchException($"After {MostSteps} steps the sign-in is still not over; it is at {address.AbsolutePath}.");
    }

    private static string CodeIn(Uri callback) =>
        System.Web.HttpUtility.ParseQueryString(callback.Query) is var answer && answer["code"] is { } code
            ? code
            : throw new BenchException($"No code, but: {answer["error"]}: {answer["error_description"]}");

    private static Uri MetadataOf(Uri resource) => new(resource, $"/.well-known/oauth-protected-resource{resource.AbsolutePath}");

    private static Uri Endpoint(JsonDocument metadata, string name) => new(metadata.RootElement.GetProperty(name).GetString()!);

    private static async Task<string> FormAsync(Dictionary<string, string> fields, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(fields);
        return await content.ReadAsStringAsync(cancellationToken);
    }

    private async Task<JsonDocument> GetJsonAsync(Uri address, CancellationToken cancellationToken)
    {
        using var response = await _browser.GetAsync(address, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    private async Task<JsonDocument> PostAsync(Uri address, HttpContent content, CancellationToken cancellationToken)
    {
        using (content)
        {
            using var response = await _browser.PostAsync(address, content, cancellationToken);
            return await ReadAsync(response, cancellationToken);
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(text)
            : throw new BenchException($"{response.RequestMessage!.RequestUri!.AbsolutePath} answered {(int)response.StatusCode}:\n{text}");
    }
}
