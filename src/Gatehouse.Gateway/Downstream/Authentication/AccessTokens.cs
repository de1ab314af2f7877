using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Memory;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Gatehouse.Gateway.Downstream.Authentication;

/// <summary>
/// Checks our own access tokens (RFC 9068) locally: one signature check when a token is first seen, a look into memory from
/// then on. Withdrawn grants and audiences are never cached.
/// </summary>
internal sealed class AccessTokens(TokenKeys keys, IRevocations revocations, PublicEndpoints endpoints, TimeProvider time)
{
    /// <summary>Longer tokens are not looked at; ours have about 1 KB.</summary>
    private const int MaxLength = 16 * 1024;

    private const int MaxCached = 10_000;

    private static readonly TimeSpan _cacheLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How far the clock of whoever issued the token may be ahead.</summary>
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(1);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly RecentlyUsed<Digest, Cached> _cache = new(MaxCached, _cacheLifetime, time);

    /// <param name="token">The bearer token as it came.</param>
    /// <param name="resource">The endpoint's resource identifier, which must be among the token's audiences.</param>
    public ValueTask<TokenResult> CheckAsync(string token, string resource, CancellationToken cancellationToken)
    {
        if (token.Length > MaxLength) return ValueTask.FromResult<TokenResult>(new TokenResult.Invalid("the token is too long"));
        var digest = Digest.Of(token);
        var now = time.GetUtcNow();
        return _cache.TryGet(digest, out var cached) && now < cached.Until
            ? ValueTask.FromResult(Judge(cached.Valid, resource, now))
            : ValidateAsync(token, digest, resource, now, cancellationToken);
    }

    private TokenResult Judge(TokenResult.Valid valid, string resource, DateTimeOffset now)
    {
        var token = valid.Token;
        return now >= token.Caller.ExpiresAt ? new TokenResult.Invalid("the token has expired")
            : revocations.IsRevoked(token.GrantId) ? new TokenResult.Invalid("the token's grant was withdrawn")
            : !token.Audiences.Contains(resource, StringComparer.Ordinal) ? new TokenResult.Invalid("the token is for another resource")
            : valid;
    }

    private async ValueTask<TokenResult> ValidateAsync(string token, Digest digest, string resource, DateTimeOffset now, CancellationToken cancellationToken)
    {
        JsonWebToken read;
        try
        {
            read = _handler.ReadJsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is SecurityTokenException or ArgumentException or FormatException)
        {
            return new TokenResult.Invalid("the token is no JWT");
        }

        if (read.Kid is not { Length: > 0 } keyId || await keys.FindAsync(keyId, cancellationToken) is not { } key) return new TokenResult.Invalid("the token names no key of ours");
        var result = await _handler.ValidateTokenAsync(read, Parameters(key, now));
        if (!result.IsValid) return new TokenResult.Invalid(result.Exception.GetType().Name);
        if (Read(read) is not { } accepted) return new TokenResult.Invalid("the token lacks a claim that ours have");

        var valid = new TokenResult.Valid(accepted);
        _cache.Set(digest, new Cached(valid, now + _cacheLifetime));
        return Judge(valid, resource, now);
    }

    /// <summary>The audience is judged by <see cref="Judge"/>, because one cached token may be shown at several endpoints.</summary>
    private TokenValidationParameters Parameters(SecurityKey key, DateTimeOffset now) => new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidTypes = ["at+jwt"],
        ValidIssuer = endpoints.Issuer,
        ValidateAudience = false,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        LifetimeValidator = (notBefore, expires, _, _) => expires > now.UtcDateTime && (notBefore is null || notBefore <= (now + _skew).UtcDateTime),
    };

    private static AccessToken? Read(JsonWebToken token)
    {
        if (Text(token, AccessTokenClaims.Subject) is not { } subject
            || Text(token, AccessTokenClaims.Email) is not { } email
            || Text(token, AccessTokenClaims.ClientId) is not { } clientId
            || Text(token, AccessTokenClaims.GrantId) is not { } grantId) return null;
        var scopes = Text(token, AccessTokenClaims.Scope)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var groups = token.TryGetPayloadValue<string[]>(AccessTokenClaims.Groups, out var list) ? list : [];
        var caller = new Caller(
            subject, email, Text(token, AccessTokenClaims.Name),
            groups.ToFrozenSet(StringComparer.Ordinal), clientId, Text(token, AccessTokenClaims.ClientName),
            scopes.ToFrozenSet(StringComparer.Ordinal), new DateTimeOffset(token.ValidTo, TimeSpan.Zero));
        return new AccessToken(caller, [.. token.Audiences], grantId);
    }

    private static string? Text(JsonWebToken token, string claim) => token.TryGetPayloadValue<string>(claim, out var value) ? value : null;

    private readonly record struct Cached(TokenResult.Valid Valid, DateTimeOffset Until);

    /// <summary>SHA-256 of a token: what the cache knows it by, so that memory holds no tokens.</summary>
    private readonly record struct Digest(long A, long B, long C, long D)
    {
        public static Digest Of(string token)
        {
            Span<byte> utf8 = stackalloc byte[512];
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            var length = Encoding.UTF8.GetByteCount(token);
            if (length > utf8.Length) utf8 = new byte[length];
            length = Encoding.UTF8.GetBytes(token, utf8);
            SHA256.HashData(utf8[..length], hash);
            return new Digest(BitConverter.ToInt64(hash), BitConverter.ToInt64(hash[8..]), BitConverter.ToInt64(hash[16..]), BitConverter.ToInt64(hash[24..]));
        }
    }
}
