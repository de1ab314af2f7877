using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Memory;
using Microsoft.AspNetCore.DataProtection;

namespace Gatehouse.Gateway.Sessions;

/// <summary>
/// Turns a session into its <c>Mcp-Session-Id</c> and back: encrypted with the key ring that every process shares, so any of
/// them continues any session and none has to remember one.
/// </summary>
internal sealed class SessionIds(IDataProtectionProvider protection, IRevocations revocations, TimeProvider time)
{
    /// <summary>How long an id is good for. A client whose session has ended begins another one (MCP 2025-11-25, "Session management").</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>Longer ids are not looked at.</summary>
    private const int MaxLength = 4096;

    /// <summary>Opened ids that are kept, so that a busy session is not decrypted for each message.</summary>
    private const int MaxOpened = 10_000;

    private static readonly TimeSpan _keptFor = TimeSpan.FromMinutes(10);

    private readonly IDataProtector _protector = protection.CreateProtector("Gatehouse.Gateway.Sessions.v1");
    private readonly RecentlyUsed<string, Content> _opened = new(MaxOpened, _keptFor, time);

    /// <summary>What tells a session's key from the other things that can be withdrawn.</summary>
    private const string KeyPrefix = "session-";

    public static string NewKey() => KeyPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public static bool IsKey(string id) => id.StartsWith(KeyPrefix, StringComparison.Ordinal);

    public string Seal(McpSession session)
    {
        var content = new Content(session, (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds());
        return Base64Url.EncodeToString(_protector.Protect(JsonSerializer.SerializeToUtf8Bytes(content, SessionJson.Default.Content)));
    }

    /// <returns>The session, or null: not ours, changed, expired or ended.</returns>
    public McpSession? Open(string id)
    {
        if (id.Length > MaxLength) return null;
        if (!_opened.TryGet(id, out var content))
        {
            content = Decrypt(id);
            if (content is null) return null;
            _opened.Set(id, content);
        }

        return content.ExpiresAt > time.GetUtcNow().ToUnixTimeSeconds() && !revocations.IsRevoked(content.Session.Key) ? content.Session : null;
    }

    /// <summary>From now on no process knows the session any more, the others within a second.</summary>
    public Task EndAsync(McpSession session, CancellationToken cancellationToken) => revocations.RevokeAsync(session.Key, time.GetUtcNow() + Lifetime, cancellationToken);

    private Content? Decrypt(string id)
    {
        try
        {
            return Base64Url.IsValid(id) ? JsonSerializer.Deserialize(_protector.Unprotect(Base64Url.DecodeFromChars(id)), SessionJson.Default.Content) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    internal sealed record Content(McpSession Session, long ExpiresAt);
}

[JsonSerializable(typeof(SessionIds.Content))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class SessionJson : JsonSerializerContext;
