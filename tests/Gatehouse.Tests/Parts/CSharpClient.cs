using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Gatehouse.Tests.Parts;

/// <summary>The C# SDK's client, in this process.</summary>
internal static class CSharpClient
{
    private static readonly Uri _redirectUri = new("http://localhost:1179/callback");

    public static async Task<ClientJourney> RunAsync(Uri url, string tool, string arguments, FakeBrowser browser, CancellationToken cancellationToken)
    {
        var cache = new SpoilableCache();
        var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = url,
            TransportMode = HttpTransportMode.StreamableHttp,
            OAuth = new ClientOAuthOptions
            {
                RedirectUri = _redirectUri,
                DynamicClientRegistration = new DynamicClientRegistrationOptions { ClientName = "C# SDK" },
                AuthorizationCallbackHandler = (context, cancelled) => AuthorizeAsync(browser, context, cancelled),
                TokenCache = cache,
            },
        });
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: cancellationToken);
        var tools = await client.ListToolsAsync(cancellationToken: cancellationToken);
        var first = await CallAsync();
        var before = await cache.GetTokensAsync(cancellationToken);
        var spoiled = cache.Spoil();
        var second = await CallAsync();
        var after = await cache.GetTokensAsync(cancellationToken);
        return new ClientJourney(
            [.. tools.Select(each => each.Name)],
            [first, second],
            after!.AccessToken != before!.AccessToken && after.AccessToken != spoiled,
            after.RefreshToken != before.RefreshToken);

        async Task<string> CallAsync()
        {
            var values = JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments);
            var result = await client.CallToolAsync(tool, values, cancellationToken: cancellationToken);
            return string.Join('\n', result.Content.OfType<TextContentBlock>().Select(block => block.Text));
        }
    }

    private static async Task<AuthorizationResult?> AuthorizeAsync(FakeBrowser browser, AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        var callback = await browser.AuthorizeAsync(context.AuthorizationUri, cancellationToken);
        var answer = QueryHelpers.ParseQuery(callback.Query);
        return new AuthorizationResult { Code = answer["code"], State = answer["state"], Iss = answer["iss"] };
    }

    /// <summary>The SDK's token store; spoiling the access token makes the server answer 401 and the SDK refresh.</summary>
    private sealed class SpoilableCache : ITokenCache
    {
        private volatile TokenContainer? _tokens;

        public ValueTask StoreTokensAsync(TokenContainer tokens, CancellationToken cancellationToken)
        {
            _tokens = tokens;
            return ValueTask.CompletedTask;
        }

        public ValueTask<TokenContainer?> GetTokensAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_tokens);

        public string Spoil()
        {
            const string Spoiled = "spoiled-access-token";
            var tokens = _tokens!;
            _tokens = new TokenContainer
            {
                AccessToken = Spoiled,
                RefreshToken = tokens.RefreshToken,
                TokenType = tokens.TokenType,
                ExpiresIn = tokens.ExpiresIn,
                ObtainedAt = tokens.ObtainedAt,
                Scope = tokens.Scope,
                ClientId = tokens.ClientId,
                ClientSecret = tokens.ClientSecret,
                TokenEndpointAuthMethod = tokens.TokenEndpointAuthMethod,
                AuthorizationServer = tokens.AuthorizationServer,
            };
            return Spoiled;
        }
    }
}
