using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;

namespace Gatehouse.Gateway.Sessions;

/// <summary>
/// The ids under which clients see servers' requests. Each holds, encrypted, where the answer goes: no two servers can
/// collide, no process has to remember what was asked, and any of them takes the answer.
/// </summary>
internal sealed class ServerRequestIds(IDataProtectionProvider protection)
{
    /// <summary>Longer ids are not looked at.</summary>
    private const int MaxLength = 8192;

    private readonly IDataProtector _protector = protection.CreateProtector("Gatehouse.Gateway.ServerRequests.v1");

    public string Seal(ServerRequest request) =>
        Base64Url.EncodeToString(_protector.Protect(JsonSerializer.SerializeToUtf8Bytes(request, ServerRequestJson.Default.ServerRequest)));

    /// <returns>The request, or null: the id is not ours, was changed, or belongs to another session.</returns>
    public ServerRequest? Open(string id, McpSession session)
    {
        if (id.Length > MaxLength || !Base64Url.IsValid(id)) return null;
        try
        {
            var request = JsonSerializer.Deserialize(_protector.Unprotect(Base64Url.DecodeFromChars(id)), ServerRequestJson.Default.ServerRequest);
            return request?.SessionKey == session.Key ? request : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>A request that a server has made in somebody's session.</summary>
/// <param name="SessionKey">The session's <see cref="McpSession.Key"/>.</param>
/// <param name="Server">Who asks.</param>
/// <param name="UpstreamSessionId">The session at that server, where it has ids for them.</param>
/// <param name="ProtocolVersion">The revision agreed with that server; null where its channel needs none.</param>
/// <param name="Id">The id that the server gave: a string or an integer, as it wrote it.</param>
internal sealed record ServerRequest(string SessionKey, string Server, string? UpstreamSessionId, string? ProtocolVersion, RawJson Id);

[JsonSerializable(typeof(ServerRequest))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ServerRequestJson : JsonSerializerContext;
