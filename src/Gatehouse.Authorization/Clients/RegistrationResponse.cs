using System.Text.Json.Serialization;
using OpenIddict.Abstractions;

namespace Gatehouse.Authorization.Clients;

/// <summary>What was registered (RFC 7591 section 3.2.1), which may be less than what was asked for.</summary>
internal sealed record RegistrationResponse
{
    [JsonPropertyName("client_id")]
    public required string ClientId { get; init; }

    [JsonPropertyName("client_id_issued_at")]
    public required long IssuedAt { get; init; }

    [JsonPropertyName("client_secret"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientSecret { get; init; }

    /// <summary>0: it does not expire. Required beside a secret.</summary>
    [JsonPropertyName("client_secret_expires_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SecretExpiresAt { get; init; }

    [JsonPropertyName("client_name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientName { get; init; }

    [JsonPropertyName("redirect_uris")]
    public required IReadOnlyList<string> RedirectUris { get; init; }

    [JsonPropertyName("grant_types")]
    public required IReadOnlyList<string> GrantTypes { get; init; }

    [JsonPropertyName("response_types")]
    public IReadOnlyList<string> ResponseTypes { get; } = [OpenIddictConstants.ResponseTypes.Code];

    [JsonPropertyName("token_endpoint_auth_method")]
    public required string AuthenticationMethod { get; init; }

    [JsonPropertyName("application_type")]
    public required string ApplicationType { get; init; }

    [JsonPropertyName("scope"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    public static RegistrationResponse Of(RegisteredClient client, ClientMetadata metadata, DateTimeOffset now) => new()
    {
        ClientId = client.Id,
        IssuedAt = now.ToUnixTimeSeconds(),
        ClientSecret = client.Secret,
        SecretExpiresAt = client.Secret is null ? null : 0,
        ClientName = metadata.ClientName,
        RedirectUris = metadata.RedirectUris,
        GrantTypes = metadata.GrantTypes,
        AuthenticationMethod = metadata.AuthenticationMethod,
        ApplicationType = metadata.ApplicationType,
        Scope = metadata.Scopes is null ? null : string.Join(' ', metadata.Scopes),
    };
}
