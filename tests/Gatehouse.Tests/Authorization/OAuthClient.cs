using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Tests.Authorization;

/// <summary>An MCP client and its user's browser, as far as the authorization server sees them. Follows no redirect by itself.</summary>
internal sealed partial class OAuthClient : IDisposable
{
    public const string Callback = "http://127.0.0.1:7777/callback";

    private readonly HttpClient _http;

    /// <param name="root">Where the server is reached.</param>
    /// <param name="user">Who is signed in in the browser; null for nobody.</param>
    public OAuthClient(string root, string? user = "alice")
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies };
        _http = new HttpClient(handler) { BaseAddress = new Uri(root) };
        SignInAs(user);
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Http => _http;

    public string ClientId { get; set; } = "";

    public string Verifier { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public void SignInAs(string? user) => Cookies.Add(new Cookie(FakeSignIn.Cookie, user ?? "", "/", _http.BaseAddress!.Host));

    public async Task<OAuthClient> RegisterAsync(CancellationToken cancellationToken, object? metadata = null)
    {
        var (status, body) = await PostJsonAsync("/oauth/register", metadata ?? new { client_name = "Tester", redirect_uris = new[] { Callback } }, cancellationToken);
        Assert.Equal(HttpStatusCode.Created, status);
        ClientId = (string)body["client_id"]!;
        return this;
    }

    /// <summary>A good request; <paramref name="changes"/> replaces parameters, or removes them with null.</summary>
    public Dictionary<string, string?> Request(params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = ClientId,
            ["redirect_uri"] = Callback,
            ["state"] = "the-state",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes) parameters[name] = value;
        return parameters.Where(parameter => parameter.Value is not null).ToDictionary();
    }

    public Task<HttpResponseMessage> AuthorizeAsync(CancellationToken cancellationToken, params (string Name, string? Value)[] changes) =>
        _http.GetAsync(QueryHelpers.AddQueryString("/oauth/authorize", Request(changes)), cancellationToken);

    /// <summary>Presses a button of the consent page.</summary>
    public async Task<HttpResponseMessage> DecideAsync(HttpResponseMessage page, CancellationToken cancellationToken, string decision = "allow")
    {
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var fields = FieldsOf(await page.Content.ReadAsStringAsync(cancellationToken));
        fields["decision"] = decision;
        return await _http.PostAsync("/oauth/authorize", new FormUrlEncodedContent(fields), cancellationToken);
    }

    /// <summary>The whole way to a code.</summary>
    public async Task<string> CodeAsync(CancellationToken cancellationToken, params (string Name, string? Value)[] changes)
    {
        var response = await AuthorizeAsync(cancellationToken, changes);
        if (response.StatusCode == HttpStatusCode.OK) response = await DecideAsync(response, cancellationToken);
        return AnswerOf(response)["code"];
    }

    public Task<Answer> ExchangeAsync(string code, CancellationToken cancellationToken, params (string Name, string? Value)[] changes) => TokenAsync(
        cancellationToken,
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Callback), ("client_id", ClientId), ("code_verifier", Verifier), .. changes]);

    public Task<Answer> RefreshAsync(string refreshToken, CancellationToken cancellationToken, params (string Name, string? Value)[] changes) =>
        TokenAsync(cancellationToken, [("grant_type", "refresh_token"), ("refresh_token", refreshToken), ("client_id", ClientId), .. changes]);

    /// <summary>The whole way to tokens.</summary>
    public async Task<Answer> TokensAsync(CancellationToken cancellationToken, params (string Name, string? Value)[] changes) =>
        await ExchangeAsync(await CodeAsync(cancellationToken, changes), cancellationToken);

    public async Task<Answer> TokenAsync(CancellationToken cancellationToken, params (string Name, string? Value)[] fields) =>
        await PostFormAsync("/oauth/token", cancellationToken, fields);

    public async Task<Answer> PostFormAsync(string path, CancellationToken cancellationToken, params (string Name, string? Value)[] fields)
    {
        var form = new Dictionary<string, string>();
        foreach (var (name, value) in fields)
        {
            if (value is null) form.Remove(name);
            else form[name] = value;
        }

        using var response = await _http.PostAsync(path, new FormUrlEncodedContent(form), cancellationToken);
        return await Answer.ReadAsync(response, cancellationToken);
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> PostJsonAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync(path, body, cancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!);
    }

    public async Task<JsonNode> GetJsonAsync(string path, CancellationToken cancellationToken) =>
        JsonNode.Parse(await _http.GetStringAsync(path, cancellationToken))!;

    /// <summary>What the client's callback receives.</summary>
    public static Dictionary<string, string> AnswerOf(HttpResponseMessage response, string callback = Callback)
    {
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        var location = response.Headers.Location!.OriginalString;
        Assert.StartsWith($"{callback}?", location, StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(location[callback.Length..]).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    public static Dictionary<string, string> FieldsOf(string page) => HiddenField().Matches(page)
        .ToDictionary(match => WebUtility.HtmlDecode(match.Groups[1].Value), match => WebUtility.HtmlDecode(match.Groups[2].Value));

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();
}
