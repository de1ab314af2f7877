using System.Text.Json;
using Gatehouse.Authorization.Protocol;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Gatehouse.Authorization.Clients;

/// <summary>
/// Reads a registration (RFC 7591). Members that we do not know are ignored, as the RFC demands, a client id among them;
/// members that we know have the right type or the registration is refused.
/// </summary>
internal static class RegistrationRequest
{
    public const string InvalidRedirectUri = "invalid_redirect_uri";
    public const string InvalidClientMetadata = "invalid_client_metadata";

    private const int MostRedirectUris = 16;
    private const int MostValues = 32;

    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
    private static readonly string[] _authenticationMethods = [ClientAuthenticationMethods.None, ClientAuthenticationMethods.ClientSecretPost, ClientAuthenticationMethods.ClientSecretBasic];
    private static readonly string[] _grantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken];

    public static RegistrationOutcome Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, _strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : Refuse(InvalidClientMetadata, "The body must be a JSON object.");
        }
        catch (JsonException)
        {
            return Refuse(InvalidClientMetadata, "The body must be one JSON object (application/json) without duplicate members.");
        }
        catch (BadMetadata bad)
        {
            return Refuse(InvalidClientMetadata, bad.Message);
        }
    }

    private static RegistrationOutcome Read(JsonElement body)
    {
        var name = ClientName.Clean(Text(body, "client_name"));
        if (name is { Length: > ClientName.Longest }) return Refuse(InvalidClientMetadata, $"client_name is longer than {ClientName.Longest} characters.");

        var grantTypes = Texts(body, "grant_types") ?? _grantTypes;
        if (!grantTypes.Contains(GrantTypes.AuthorizationCode)) return Refuse(InvalidClientMetadata, "grant_types must contain authorization_code: there is no other way to sign in here.");
        if (Texts(body, "response_types") is { } responseTypes && !responseTypes.Contains(ResponseTypes.Code)) return Refuse(InvalidClientMetadata, "response_types must contain code.");

        var method = Text(body, "token_endpoint_auth_method") ?? ClientAuthenticationMethods.None;
        if (!_authenticationMethods.Contains(method)) return Refuse(InvalidClientMetadata, $"token_endpoint_auth_method must be one of {string.Join(", ", _authenticationMethods)}.");

        var type = Text(body, "application_type");
        if (type is not (null or ApplicationTypes.Web or ApplicationTypes.Native)) return Refuse(InvalidClientMetadata, "application_type must be web or native.");

        var scopes = Text(body, "scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (Redirects(body, out var redirects) is { } refusal) return refusal;
        return new RegistrationOutcome.Accepted(new ClientMetadata(
            name,
            redirects,
            [.. _grantTypes.Where(grantTypes.Contains)],
            method,
            type ?? (redirects.All(RedirectUri.IsLoopback) ? ApplicationTypes.Native : ApplicationTypes.Web),
            scopes is null ? null : GrantedScopes.Of(scopes)));
    }

    /// <summary>
    /// One URI that can never be right refuses the registration. Private schemes beside a good URI are left out instead:
    /// there are clients that always send all they have.
    /// </summary>
    private static RegistrationOutcome.Refused? Redirects(JsonElement body, out IReadOnlyList<string> redirects)
    {
        var accepted = new List<string>();
        redirects = accepted;
        var wanted = Texts(body, "redirect_uris");
        if (wanted is not { Count: > 0 }) return Refuse(InvalidRedirectUri, "redirect_uris must be an array of at least one URI.");
        if (wanted.Count > MostRedirectUris) return Refuse(InvalidRedirectUri, $"redirect_uris has more than {MostRedirectUris} entries.");
        foreach (var uri in wanted.Distinct(StringComparer.Ordinal))
        {
            var verdict = RedirectUri.Judge(uri);
            if (verdict is RedirectUriVerdict.Refused refused) return Refuse(InvalidRedirectUri, $"The redirect URI at position {wanted.ToList().IndexOf(uri) + 1} {refused.Reason}.");
            if (verdict is RedirectUriVerdict.Accepted) accepted.Add(uri);
        }

        return accepted.Count > 0 ? null : Refuse(InvalidRedirectUri, "redirect_uris has only private schemes; one https URI, or an http one on localhost, 127.0.0.1 or [::1], is needed.");
    }

    private static string? Text(JsonElement body, string member) =>
        !body.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : Text(value) ?? throw new BadMetadata($"{member} must be a string.");

    private static IReadOnlyList<string>? Texts(JsonElement body, string member)
    {
        if (!body.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.Array) throw new BadMetadata($"{member} must be an array of strings.");
        if (value.GetArrayLength() > MostValues) throw new BadMetadata($"{member} has more than {MostValues} entries.");
        return [.. value.EnumerateArray().Select(item => Text(item) ?? throw new BadMetadata($"{member} must be an array of strings."))];
    }

    /// <returns>The string; null if it is none, or one that no text can be (half a surrogate pair).</returns>
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static RegistrationOutcome.Refused Refuse(string error, string description) => new(error, description);

    private sealed class BadMetadata(string message) : Exception(message);
}
