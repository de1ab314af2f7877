using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Configuration;
using Gatehouse.Tests.Parts;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>What the token endpoint issued.</summary>
internal sealed record Tokens(string AccessToken, string RefreshToken, OAuthClient Client);

/// <summary>An OAuth client made of single requests, so that a test can leave one out or send a wrong one.</summary>
internal sealed class OAuthClient(HttpClient http, PublicEndpoints endpoints, string clientId)
{
    public const string RedirectUri = "http://127.0.0.1:4711/callback";

    public string ClientId => clientId;

    public static async Task<OAuthClient> RegisterAsync(HttpClient http, PublicEndpoints endpoints, string name, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync($"{endpoints.Issuer}/register", new
        {
            client_name = name,
            redirect_uris = new[] { RedirectUri },
            grant_types = new[] { "authorization_code", "refresh_token" },
            token_endpoint_auth_method = "none",
        }, cancellationToken);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var registered = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return new OAuthClient(http, endpoints, registered.GetProperty("client_id").GetString()!);
    }

    /// <summary>The whole way, as a well-behaved client goes it.</summary>
    public async Task<Tokens> SignInAsync(FakeBrowser browser, string resource, CancellationToken cancellationToken)
    {
        var verifier = NewSecret();
        var state = NewSecret();
        var callback = await browser.AuthorizeAsync(AuthorizationUrl(verifier, state, resource), cancellationToken);
        var answer = QueryHelpers.ParseQuery(callback.Query);
        Assert.Equal(state, answer["state"]);
        Assert.Equal(endpoints.Issuer, answer["iss"]);
        return await RedeemAsync(answer["code"].ToString(), verifier, cancellationToken);
    }

    /// <param name="changes">Parameters that replace the usual ones; null leaves one out.</param>
    public Uri AuthorizationUrl(string verifier, string state, string resource, params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = clientId,
            ["redirect_uri"] = RedirectUri,
            ["scope"] = "mcp",
            ["state"] = state,
            ["resource"] = resource,
            ["code_challenge"] = ChallengeOf(verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes) parameters[name] = value;
        return new Uri(QueryHelpers.AddQueryString($"{endpoints.Issuer}/authorize", parameters.Where(parameter => parameter.Value is not null)));
    }

    public async Task<Tokens> RedeemAsync(string code, string verifier, CancellationToken cancellationToken)
    {
        using var response = await PostCodeAsync(code, verifier, cancellationToken);
        return await TokensAsync(response, cancellationToken);
    }

    public async Task<Tokens> RefreshAsync(string refreshToken, CancellationToken cancellationToken)
    {
        using var response = await PostAsync("token", cancellationToken, ("grant_type", "refresh_token"), ("refresh_token", refreshToken));
        return await TokensAsync(response, cancellationToken);
    }

    public Task<HttpResponseMessage> PostCodeAsync(string code, string verifier, CancellationToken cancellationToken) => PostAsync(
        "token", cancellationToken, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", RedirectUri), ("code_verifier", verifier));

    /// <summary>One form to one of the issuer's endpoints, with this client's id.</summary>
    public Task<HttpResponseMessage> PostAsync(string endpoint, CancellationToken cancellationToken, params (string Name, string Value)[] form) => http.PostAsync(
        $"{endpoints.Issuer}/{endpoint}",
        new FormUrlEncodedContent([.. form.Select(field => KeyValuePair.Create(field.Name, field.Value)), KeyValuePair.Create("client_id", clientId)]),
        cancellationToken);

    public static string NewSecret() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    private async Task<Tokens> TokensAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {(body.TryGetProperty("error", out var error) ? error : default)}");
        return new Tokens(body.GetProperty("access_token").GetString()!, body.GetProperty("refresh_token").GetString()!, this);
    }

    private static string ChallengeOf(string verifier) => WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
