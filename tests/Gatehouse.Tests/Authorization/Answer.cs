using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Tests.Authorization;

/// <summary>An answer of the token or revocation endpoint.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonNode Body)
{
    public string? Error => (string?)Body["error"];

    public string AccessToken => (string)Body["access_token"]!;

    public string RefreshToken => (string)Body["refresh_token"]!;

    /// <summary>The access token's claims; its signature is another test's.</summary>
    public JsonNode Claims => Part(1);

    public JsonNode Header => Part(0);

    public string GrantId => (string)Claims["grant_id"]!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return new Answer(response.StatusCode, body.Length == 0 ? new JsonObject() : JsonNode.Parse(body)!);
    }

    private JsonNode Part(int index) => JsonNode.Parse(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(AccessToken.Split('.')[index])))!;
}
